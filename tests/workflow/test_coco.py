"""The chain on COCO's formats: zip archives, derived masks, padded views, its own inference."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from tests.workflow.projects import Project, finish

SPLITS = {"train": 18, "val": 10, "val_part": 6}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def coco_chain(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose report on the tiny data set in COCO's formats is made."""
    return finish(tmp_path_factory.mktemp("coco") / "tiny coco", "tiny_coco")


def test_every_score_covers_its_split(coco_chain: Project) -> None:
    scored = sorted((coco_chain.results / "more/seed0/metrics").glob("*.*.json"))
    names = [path.stem for path in scored]
    assert names == ["val.crf", "val.multiscale", "val.raw", "val_part.raw_part"]
    for path in scored:
        document = read(path)
        images = SPLITS[document["split"]]
        assert document["coverage"] == {"evaluated": images, "expected": images}
        assert document["protocol"]["ground_truth"] == "SegmentationClass"


def test_index_and_manifest_agree_with_the_annotations(coco_chain: Project) -> None:
    tree = coco_chain.folder / "data/extracted/scenes/tree"
    annotations = read(tree / "annotations/instances_train2014.json")
    names = {category["id"]: category["name"] for category in annotations["categories"]}
    expected: dict[str, set[str]] = {}
    for item in annotations["annotations"]:
        id_ = f"COCO_train2014_{item['image_id']:012d}"
        expected.setdefault(id_, set()).add(names[item["category_id"]])
    assert len(expected) == SPLITS["train"] < len(annotations["images"])
    with (coco_chain.results / "data/scenes/index.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["splits"] == "train"]
    assert {row["id"]: set(row["labels"].split("|")) for row in rows} == expected
    manifest = read(coco_chain.results / "data/scenes/manifest.json")
    assert {name: split["count"] for name, split in manifest["splits"].items()} == SPLITS
    listed = {file["name"] for file in manifest["files"]}
    for id_ in expected:
        mask = f"SegmentationClass/train/{id_[-12:]}.png"
        assert manifest["masks"][id_] == mask
        assert mask in listed
        assert (tree / mask).is_file()


def test_perfect_control_and_second_opinion(coco_chain: Project) -> None:
    perfect = read(coco_chain.results / "controls/scenes/val_part.perfect.json")
    assert perfect["miou"] == 100
    checked = read(coco_chain.results / "more/seed0/metrics/cross_check.json")
    assert set(checked["protocols"]) == {"val_part.raw_part"}
    assert abs(checked["protocols"]["val_part.raw_part"]["difference"]) <= 1e-6


def test_published_numbers_are_compared_with_the_right_files(coco_chain: Project) -> None:
    verdicts = {v["id"]: v for v in read(coco_chain.results / "verdicts.json")["verdicts"]}
    metrics = coco_chain.results / "more/seed0/metrics"
    assert verdicts["more-coco-val-miou"]["value"] == read(metrics / "val.crf.json")["miou"]
    part = read(metrics / "val_part.raw_part.json")["miou"]
    assert verdicts["more-log-coco-val-part-seg"]["value"] == part


def test_second_call_does_nothing(coco_chain: Project) -> None:
    assert coco_chain.planned() == {}


def test_padding_of_the_views_reaches_the_losses(coco_chain: Project, tmp_path: Path) -> None:
    """In the program's way, the box in pixels empties the grid's masks; nothing else differs."""
    project = Project(tmp_path / "tiny coco", "program_box")
    shutil.copytree(coco_chain.folder, project.folder, symlinks=True)
    program = {"cre_range": "fixed", "grid_box": "program"}
    content = {"extends": "tiny_coco", "runs": {"more": {"formulation": program}}}
    file = project.folder / "experiments/program_box.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = project.snakemake("train", "--config", "experiment=program_box")
    assert done.returncode == 0, done.stdout + done.stderr
    journals = [
        pd.read_csv(results / "more/seed0/train/journal.csv")
        for results in (coco_chain.results, project.results)
    ]
    fixed, published = journals
    first = ["cls", "cls_aux", "attri"]
    assert fixed.loc[0, first].tolist() == published.loc[0, first].tolist()
    assert (fixed["ptc"] != published["ptc"]).any()
    resolved = yaml.safe_load((project.results / "more/seed0/resolved.yaml").read_text())
    assert resolved["training"]["augmentation"]["kind"] == "scaled_crop"


def test_the_experiment_of_the_paper_is_planned_without_its_data(coco_chain: Project) -> None:
    planned = coco_chain.planned("--config", "experiment=coco", "rehearse=never")
    assert planned["fetch_archives"] == 1
    assert planned["train_model"] == 1
    assert not [rule for rule in planned if rule.startswith("generate")]
