"""The chain on ILSVRC's formats: nested archives, several true boxes an image, no masks."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from methods.data.files import read_json
from tests.workflow.projects import Project, copy_finished

PERFECT = {
    "id": "perfect",
    "statement": "The true boxes have a GT-known of 100.",
    "source": "Definition of IoU.",
    "quantity": {"control": "perfect", "dataset": "nets", "split": "val", "metric": "gt_known"},
    "equals": {"value": 100.0, "tolerance": 1.0e-9},
}
BOXES = {"val.program", "val.wsolevaluation"}


@pytest.fixture(scope="module")
def nets(finished_birds: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose report on ILSVRC's formats is made, with the weights of the birds'."""
    copied = copy_finished(finished_birds, tmp_path_factory.mktemp("nets"))
    project = Project(copied.folder, "tiny_nets")
    file = "tiny_nets.yaml"
    shutil.copy2(Path(__file__).with_name(file), project.folder / "experiments" / file)
    claims = {"registered": "2026-11-24, for a test", "claims": [PERFECT]}
    (project.folder / "claims/nets.yaml").write_text(yaml.safe_dump(claims), encoding="utf-8")
    project.edit("config.yaml", "experiment: tiny_birds", "experiment: tiny_nets")
    assert not {"pretrain_backbone", "train_clip"} & project.planned().keys()
    done = project.snakemake("report")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def metrics(nets: Project) -> dict[str, dict[str, Any]]:
    """The scores of every protocol."""
    folder = nets.results / "cdtr/seed0/metrics"
    return {name: read_json(folder / f"val.{name}.json") for name in ("released", "last", "best")}


def test_every_score_covers_val(metrics: dict[str, dict[str, Any]]) -> None:
    for document in metrics.values():
        assert document["coverage"] == {"evaluated": 9, "expected": 9}
        assert document["pxap"] is None  # there are boxes only


def test_several_true_boxes_are_one_or_the_best_of_them(
    nets: Project, metrics: dict[str, dict[str, Any]]
) -> None:
    boxes = read_json(nets.results / "data/nets/manifest.json")["boxes"]
    assert {len(of_image) for of_image in boxes.values()} == {1, 2}
    last, best = (
        np.load(nets.results / f"cdtr/seed0/metrics/val.{name}.counts.npz")
        for name in ("last", "best")
    )
    several = np.array([len(boxes[id_]) > 1 for id_ in last["ids"].tolist()])
    assert last["ids"].tolist() == best["ids"].tolist()
    assert (best["iou"] >= last["iou"]).all()
    assert (best["iou"] > last["iou"])[several].any()
    assert (best["iou"] == last["iou"])[~several].all()
    assert metrics["best"]["box_acc_v2"] is not None


def test_a_threshold_between_those_of_the_grid_has_its_boxes(
    nets: Project, metrics: dict[str, dict[str, Any]]
) -> None:
    for made in BOXES:
        with np.load(nets.results / f"cdtr/seed0/boxes/{made}/boxes.npz") as stored:
            assert len(stored["thresholds"]) == 101
    assert metrics["released"]["protocol"]["threshold"] == 0.195


def test_the_network_has_the_sizes_of_its_settings(nets: Project) -> None:
    run = nets.results / "cdtr/seed0"
    resolved = yaml.safe_load((run / "resolved.yaml").read_text(encoding="utf-8"))
    assert resolved["formulation"]["object_map"] == "normalised"
    assert resolved["network"]["csm_width"] == 6
    weights = torch.load(nets.folder / read_json(run / "checkpoint.json")["path"])
    assert weights["att_layer.down_1.1.UConv.0.weight"].shape == (6, 6, 3, 3)
    assert weights["block_catconv.weight"].shape == (1, 3, 3, 3)


def test_controls_verdict_and_page(nets: Project) -> None:
    perfect = read_json(nets.results / "controls/nets/val.perfect.json")
    assert perfect["gt_known"] == perfect["top1_loc"] == 100
    (verdict,) = read_json(nets.results / "verdicts.json")["verdicts"]
    assert verdict["status"] == "holds"
    page = (nets.results / "report.html").read_text(encoding="utf-8")
    assert "ILSVRC2012_val_00000001" in page
    assert "<h1>1 of 1 control holds</h1>" in page


def test_second_call_does_nothing(nets: Project) -> None:
    assert nets.planned() == {}
