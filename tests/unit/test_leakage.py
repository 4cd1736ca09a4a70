"""Nothing is trained or chosen on images that are scored, whatever the splits are called."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.yaml_files import read_yaml
from tests.unit.small_project import copy_project

DECODER = {"map": "decoder", "split": "val", "scales": [1.0], "flip": False}
SEED = {
    "map": "cam",
    "split": "rest",
    "scales": [1.0],
    "flip": True,
    "labels": "given",
    "background": 0.5,
    "threshold_source": "fixed",
}
BEST = {"rule": "best", "split": "held_out"}
CAM = "protocols.cam"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, with one claim about the run's label maps on val."""
    monkeypatch.chdir(tmp_path)
    copy_project(tmp_path)
    write_claim(tmp_path)
    return tmp_path


CLAIM = {
    "id": "one",
    "statement": "It is good.",
    "source": "A test.",
    "quantity": {"run": "more", "split": "val", "protocol": "crf", "metric": "miou"},
    "at_least": 10,
}


def write_claim(project: Path, **changes: Any) -> None:
    content = {"registered": "2026-11-24, for a test", "claims": [CLAIM | changes]}
    (project / "claims/mini.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def load(project: Path, changes: dict[str, Any], source: str = "train") -> dict[str, Any]:
    """Load mini with twenty images held out and values of its run changed; return the run."""
    file = project / "experiments/mini.yaml"
    experiment = read_yaml(file)
    experiment["datasets"]["shapes"]["held_out"] = {"split": source, "images": 20, "seed": 0}
    run = experiment["runs"]["more"]
    run |= {
        "train_split": "train_kept",
        "checkpoint": {"rule": "last"},
        "protocols": {"crf": {**DECODER, "crf": True}, "cam": {**SEED}},
        "evaluation": {"split": "val", "bootstrap": run["evaluation"]["bootstrap"]},
    }
    for path, value in changes.items():
        *blocks, key = path.split(".")
        block = run
        for name in blocks:
            block = block[name]
        block[key] = value
    file.write_text(yaml.safe_dump(experiment), encoding="utf-8")
    return dict(load_configuration(project, {}).experiment["runs"]["more"])


TRAINED = "which is trained on, expected a split that training has not seen"
RESTS = "expected a split that no number rests on"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"protocols.crf.split": "train_kept"},
            f"protocols.crf.split: found 'train_kept', {TRAINED}",
        ),
        (
            {"protocols.crf.split": "rest"},
            "'rest', which shares images with 'train_kept', which is",
        ),
        ({"protocols.crf.split": "train"}, "'train', which shares images with 'train_kept'"),
        ({"evaluation.split": "train_aug"}, "evaluation.split: found 'train_aug', which shares"),
        ({"evaluation.split": "held_out"}, "no protocol of the decoder on 'held_out'"),
        (
            {"evaluation.split": "held_out", "train_split": "train_aug"},
            f"with 'train_aug', {TRAINED}; set train_split to train_kept",
        ),
        (
            {"evaluation.curve_split": "train"},
            "evaluation.curve_split: found 'train', which shares",
        ),
        ({"evaluation.curve_split": "rest"}, "evaluation.curve_split: found 'rest', which shares"),
        ({"submission.split": "rest"}, "submission.split: found 'rest', which shares images with"),
        ({"checkpoint": {**BEST, "split": "rest"}}, "checkpoint.split: found 'rest', which shares"),
        (
            {"checkpoint": BEST, "train_split": "train"},
            f"checkpoint.split: found 'held_out', which shares images with 'train', {TRAINED}",
        ),
        (
            {"checkpoint": BEST, f"{CAM}.split": "train"},
            f"'held_out', which shares images with 'train' of protocols.cam.split, {RESTS}",
        ),
        (
            {"checkpoint": BEST, f"{CAM}.split": "held_out"},
            "'held_out', which shares images with 'held_out' of protocols.cam.split",
        ),
        ({"checkpoint": BEST, f"{CAM}.split": "train_aug"}, "'train_aug' of protocols.cam.split"),
        ({"checkpoint": {**BEST, "split": "val"}}, f"with 'val' of evaluation.split, {RESTS}"),
        (
            {"checkpoint": BEST, "submission.split": "held_out"},
            "'held_out' of submission.split",
        ),
        (
            {"checkpoint": BEST, f"{CAM}.threshold_source": "held_out"},
            "'held_out' of protocols.cam.threshold_source",
        ),
        ({f"{CAM}.threshold_source": "rest"}, "cam.threshold_source: found 'rest', which is the"),
        (
            {f"{CAM}.threshold_source": "train"},
            "'train', which shares images with 'rest', which is the split that is scored",
        ),
        ({f"{CAM}.threshold_source": "train_kept"}, "found 'train_kept', which shares images with"),
        (
            {
                f"{CAM}.threshold_source": "val",
                f"{CAM}.labels": "logits",
                "submission": {"split": "val", "protocol": "cam"},
            },
            "cam.threshold_source: found 'val', which is the split that is scored",
        ),
    ],
)
def test_run_that_has_seen_what_is_scored_is_refused(
    project: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=r"^experiments/mini\.yaml, runs\.more\.") as refusal:
        load(project, changes)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"checkpoint": BEST},
        {"checkpoint": BEST, "evaluation.curve_split": "held_out"},
        {"checkpoint": BEST, f"{CAM}.split": "val", f"{CAM}.threshold_source": "rest"},
        {"evaluation.curve_split": "held_out"},
        {"train_split": "train_aug", f"{CAM}.split": "train"},
        {f"{CAM}.threshold_source": "held_out"},
        {f"{CAM}.threshold_source": "val"},
        {f"{CAM}.labels": "logits", "submission": {"split": "test", "protocol": "cam"}},
    ],
)
def test_run_that_keeps_them_apart_is_accepted(project: Path, changes: dict[str, Any]) -> None:
    run = load(project, changes)
    for path, value in changes.items():
        found = run
        for name in path.split("."):
            found = found[name]
        assert found == value


def test_images_held_out_of_train_aug_may_be_those_of_train(project: Path) -> None:
    with pytest.raises(InputError, match="'train' of protocols.cam.split"):
        load(project, {"checkpoint": BEST, f"{CAM}.split": "train"}, source="train_aug")
    assert load(project, {"checkpoint": BEST}, source="train_aug")["checkpoint"] == BEST


GIVEN = {"rule": "file", "path": "a.pth", "sha256": 64 * "0"}
PART = {"evaluation.curve_split": "held_out"}


@pytest.mark.parametrize(
    ("split", "changes", "expected"),
    [
        ("train", {}, "the split 'val', which its checkpoints are validated on"),
        ("val", PART, "the split 'held_out', which its checkpoints are validated on"),
        ("held_out", {"checkpoint": BEST, **PART}, "images that have not chosen the checkpoint"),
    ],
)
def test_claim_about_a_validation_that_says_nothing_is_refused(
    project: Path, split: str, changes: dict[str, Any], expected: str
) -> None:
    write_claim(project, quantity={"run": "more", "split": split, "validation": "cam"})
    with pytest.raises(InputError, match="claims: found the claim 'one' about") as refusal:
        load(project, changes)
    assert expected in str(refusal.value)


@pytest.mark.parametrize(
    ("split", "changes"),
    [("val", {"checkpoint": BEST}), ("held_out", PART), ("val", {"checkpoint": GIVEN})],
)
def test_claim_about_the_validation_of_a_checkpoint_is_accepted(
    project: Path, split: str, changes: dict[str, Any]
) -> None:
    write_claim(project, quantity={"run": "more", "split": split, "validation": "cam"})
    assert load(project, changes)["train_split"] == "train_kept"
