"""Data sets of birds, CLIP towers, and what several runs share, where they contradict."""

from pathlib import Path
from typing import Any

import pytest

from methods.data.birds import BIRD_KINDS
from methods.yaml_files import read_yaml
from tests.unit.small_bird_project import (
    BESIDE,
    WORKFLOW,
    copy_bird_project,
    load,
    run_of,
    sentence,
)

BIRDS = "datasets.birds"
TOWERS = "weights.tiny-clip"
VISION = f"{TOWERS}.network.vision"
STAGES = [1, 1, 1, 1]
HELD_OUT = {"split": "train", "images": 4, "seed": 0}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, and tiny_birds.yaml as the experiment `tiny`."""
    monkeypatch.chdir(tmp_path)
    return copy_bird_project(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("splits.val", 5, "splits: found the unknown key 'val', expected one of cubv2, test, tr"),
        ("splits.test", None, "splits: found no such key, expected the key 'test'"),
        ("splits.cubv2", None, "splits: found test: 9, train: 12, expected train: 12, test: 9, cu"),
        ("generated.cubv2", 0, "splits: found cubv2: 6, test: 9, train: 12, expected train: 12, t"),
        ("generated.val", 4, "generated: found the unknown key 'val'"),
        ("images", 28, "images: found 28, expected (train + test + cubv2) of each of 3 classes = "),
        ("format", "ilsvrc", "generated: found the unknown key 'cubv2'"),
        ("classes", ["Wren"], "classes: found 1 entries, expected at least 2 entries"),
        ("held_out", {**HELD_OUT, "split": "test"}, "held_out.split: found 'test', expected one o"),
        ("held_out", {**HELD_OUT, "images": 12}, "held_out.images: found 12, expected less than t"),
    ],
)
def test_a_data_set_is_refused(project: Path, key: str, value: Any, said: str) -> None:
    assert sentence(project, {f"{BIRDS}.{key}": value}).startswith(f"{BIRDS}.{said}")


def test_every_class_of_a_generated_data_set_can_be_drawn(project: Path) -> None:
    kinds = len(BIRD_KINDS)
    counts = {"train": 4 * kinds, "test": 3 * kinds, "cubv2": 2 * kinds}
    names = [f"bird{number}" for number in range(kinds + 1)]
    changes = {f"{BIRDS}.splits": counts, f"{BIRDS}.images": sum(counts.values())}
    load(project, {**changes, f"{BIRDS}.classes": names[:-1]})
    found = sentence(project, {f"{BIRDS}.classes": names})
    assert f"found {kinds + 1} entries, expected at most {kinds} entries" in found


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("contrastive", None, ": found no such key, expected the key 'contrastive'; add it."),
        ("contrastive.warmup_iterations", 4, "iterations: found 4, expected less than iterations "),
        ("network.model", "ViT-B-32", ".network: found the unknown key 'model'"),
        ("network.image_size", 50, "image_size: found 50, expected a multiple of patch_size = 16"),
        ("network.text.heads", 3, "text.width: found 16, expected a multiple of heads = 3"),
        ("network.vision.head_width", 7, "vision.width: found 16, expected a multiple of head_wid"),
        ("network.vision.patch_size", None, "expected the key 'patch_size' of a ViT; add it."),
        ("network.vision.layers", STAGES, "patch_size: found this key, expected none of a ResNet"),
        ("network.vision.layers", [1, 1], "layers: found 2 entries, expected at least 4 entries"),
        ("network.vision.layers", "1", "layers: found '1', expected a whole number"),
    ],
)
def test_towers_are_refused(project: Path, key: str, value: Any, said: str) -> None:
    found = sentence(project, {f"{TOWERS}.{key}": value})
    assert found.startswith(TOWERS)
    assert said in found


def test_a_resnet_has_other_sizes(project: Path) -> None:
    resnet = {"layers": STAGES, "width": 8, "head_width": 64}
    assert load(project, {VISION: resnet})["guide"] == "tiny-clip"
    found = sentence(project, {f"{VISION}.head_width": 60})
    assert found.startswith(f"{VISION}.head_width: found 60, expected a divisor of 32 * width = 25")
    changes = {f"{VISION}.head_width": 64, f"{TOWERS}.network.image_size": 31}
    found = sentence(project, changes)
    assert found.startswith(f"{TOWERS}.network.image_size: found 31, expected at least 32, by whic")


def test_a_run_is_of_the_task_of_its_data_set(project: Path) -> None:
    shapes = read_yaml(WORKFLOW / "tiny.yaml")["datasets"]["shapes"]
    assert sentence(project, {"datasets.shapes": shapes, "runs.cdtr.dataset": "shapes"}) == (
        "runs.cdtr.dataset: found 'shapes', whose format voc is for segmentation, expected a data"
        " set for localization; choose another data set or another method."
    )
    more = {**run_of("tiny"), "dataset": "birds"}
    assert sentence(project, {"runs.cdtr.dataset": "birds", "runs.more": more}) == (
        "runs.more.dataset: found 'birds', whose format cub is for localization, expected a data"
        " set for segmentation; choose another data set or another method."
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("accept", ["frozen_sampler"], f"accept: {BESIDE}"),
        ("guide", "tiny-clip", f"guide: {BESIDE}"),
        ("weights", "tiny-clip", "weights: found 'tiny-clip', which is a pair of CLIP towers, exp"),
    ],
)
def test_a_more_run_asks_no_guide(project: Path, key: str, value: Any, said: str) -> None:
    shapes = read_yaml(WORKFLOW / "tiny.yaml")["datasets"]["shapes"]
    changes = {"datasets.shapes": shapes, "runs.more": run_of("tiny")}
    assert sentence(project, {**changes, f"runs.more.{key}": value}).startswith(f"runs.more.{said}")


def test_more_does_not_localize(project: Path) -> None:
    more, cdtr = run_of("tiny"), run_of("tiny_birds")
    others = ("task", "dataset", "train_split", "protocols", "evaluation")
    run = {**more, **{key: cdtr[key] for key in others}}
    del run["crf"], run["submission"]
    found = sentence(project, {"runs.more": run})
    assert found.startswith("runs.more.task: found 'localization', expected segmentation")


def test_runs_of_a_data_set_see_the_same_crop(project: Path) -> None:
    other = run_of("tiny_birds")
    load(project, {"runs.other": other})
    found = sentence(project, {"runs.other.inference.resize": 64})
    assert found.startswith(
        "runs.other.inference: found {'image_size': 48, 'resize': 64}, expected"
    )
    assert "as in runs.cdtr, which has the same data set; let them agree" in found


def test_runs_are_compared_by_a_metric_of_their_task(project: Path) -> None:
    ablation = {"full": "cdtr", "protocol": "strict", "split": "test", "metric": "top5_loc"}
    load(project, {"ablation": ablation})
    assert sentence(project, {"ablation.metric": "miou"}) == (
        "ablation.metric: found 'miou', which runs.cdtr has not, expected one of gt_known,"
        " top1_cls, top1_loc, top5_loc; choose a metric of its task."
    )
    assert sentence(project, {"ablation.metric": "gt"}).startswith(
        "ablation.metric: found 'gt', ex"
    )
