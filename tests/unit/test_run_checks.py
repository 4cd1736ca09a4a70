"""Contradictions among the settings of a MoRe run."""

from typing import Any

import pytest

from methods.configuration.problems import Problem
from methods.more.checks import problems
from tests.unit.small_run import CLASSES, small_run

BACKBONE = {"patch_size": 8, "width": 16, "depth": 3, "heads": 2, "image_size": 48}
DATASET: dict[str, Any] = {
    "format": "voc",
    "classes": list(CLASSES),
    "splits": {"train": 4, "train_aug": 5, "val": 2},
}


def changed(key: str, value: object) -> dict[str, Any]:
    run = small_run()
    *path, last = key.split(".")
    block = run
    for part in path:
        block = block[part]
    block[last] = value
    return run


def found(run: dict[str, Any], dataset: dict[str, Any] = DATASET) -> list[Problem]:
    return list(problems(run, {"weights": BACKBONE}, dataset))


def test_the_small_run_has_none() -> None:
    assert found(small_run()) == []


@pytest.mark.parametrize("field", ["ptc_start", "region_start", "seg_start", "mask_switch"])
def test_a_stage_that_never_comes(field: str) -> None:
    key = f"training.losses.{field}"
    assert found(changed(key, 4)) == []
    assert found(changed(key, 5)) == [Problem(key, "5", "less than iterations = 5")]


@pytest.mark.parametrize(
    ("key", "scales", "said"),
    [
        ("training.pseudo_labels.cam_scales", [0.5], "[0.5]"),
        ("training.pseudo_labels.cam_scales", [1.0, 0.6], "0.6, which makes an image of 48"),
        ("protocols.multiscale.scales", [0.9], "0.9, which makes an image of 48 pixels 43"),
        ("protocols.multiscale.scales", [0.1], "0.1, which makes an image of 48 pixels 4 "),
        ("protocols.cam.scales", [1.0, 1.1], "1.1, which makes an image of 48 pixels 52"),
    ],
)
def test_scales_that_do_not_fit(key: str, scales: list[float], said: str) -> None:
    (problem,) = found(changed(key, scales))
    assert problem.key == key
    assert problem.found.startswith(said)


def test_scale_one_is_asked_of_the_training_alone() -> None:
    assert found(changed("protocols.multiscale.scales", [0.5, 1.5])) == []


@pytest.mark.parametrize("resize", ["aspect", "original"])
def test_views_in_proportion_take_any_scale(resize: str) -> None:
    run = changed("protocols.multiscale.scales", [0.9, 1.1])
    run["protocols"]["multiscale"]["resize"] = resize
    assert found(run) == []


def test_a_scaled_crop_has_no_ratio() -> None:
    run = small_run()
    del run["training"]["augmentation"]["ratio"]
    run["training"]["augmentation"]["kind"] = "scaled_crop"
    assert found(run) == []
    run["training"]["augmentation"]["scale"] = [1.0, 0.32]
    assert [p.key for p in found(run)] == ["training.augmentation.scale"]


def test_more_neighbours_than_patches() -> None:
    run = changed("network.neighbour_ratio", 1.0)
    many = DATASET | {"classes": [f"class {number}" for number in range(10)]}
    assert found(run, many) == []  # class tokens are tails as well
    run["formulation"] = {"gcr_tails": "paper"}
    assert [(p.key, p.found) for p in found(run, many)] == [
        ("network.neighbour_ratio", "1.0, which makes 10 neighbours")
    ]
    run["formulation"] = "paper"  # half of the patches, however many they are
    assert found(run, many) == []


@pytest.mark.parametrize(
    ("split", "count"), [("train_aug", 5), ("train_kept", 4), ("held_out", 1), ("rest", 3)]
)
def test_a_batch_larger_than_the_split(split: str, count: int) -> None:
    dataset = DATASET | {"held_out": {"split": "train", "images": 1, "seed": 0}}
    run = small_run() | {"train_split": split}
    for size in (count, count + 1):
        run["training"]["batch_size"] = size
        keys = [problem.key for problem in found(run, dataset)]
        assert keys == (["training.batch_size"] if size > count else [])


@pytest.mark.parametrize("rule", ["last", "best", "file"])
def test_other_rules_for_the_checkpoint_need_no_iteration(rule: str) -> None:
    assert found(changed("checkpoint", {"rule": rule})) == []


def test_an_iteration_without_a_checkpoint() -> None:
    assert found(changed("checkpoint", {"rule": "iteration", "iteration": 4})) == []
    (problem,) = found(changed("checkpoint", {"rule": "iteration", "iteration": 3}))
    assert problem.key == "checkpoint.iteration"
