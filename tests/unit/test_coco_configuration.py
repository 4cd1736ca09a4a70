"""An experiment on COCO's formats is refused where it contradicts itself."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from methods.configuration.loading import load_configuration
from methods.errors import InputError
from tests.unit.small_project import PROJECT, copy_project, load_changed


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, and tiny_coco.yaml as the experiment `tiny`."""
    monkeypatch.chdir(tmp_path)
    copy_project(tmp_path)
    shutil.copy(PROJECT / "tests/workflow/tiny_coco.yaml", tmp_path / "experiments/tiny.yaml")
    return tmp_path


def load(project: Path, path: str, value: Any) -> dict[str, Any]:
    """Load with one value of the data set changed; None deletes the key. Return the data set."""
    configuration = load_changed(project, f"datasets.scenes.{path}", value, "tiny")
    return dict(configuration.experiment["datasets"]["scenes"])


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("format", "cocoa", "'cocoa', expected one of voc, coco, cub, ilsvrc"),
        ("splits.val_part", None, "splits: found no such key, expected the key 'val_part'"),
        ("splits.train_aug", 18, "splits: found the unknown key 'train_aug'"),
        ("splits.val", 11, "train: 18, val: 10, val_part: 6 as generated"),
        ("splits.val_part", 11, "train: 18, val: 10, val_part: 10 as generated"),
        ("held_out", {"split": "val_part", "images": 2, "seed": 0}, "expected one of train"),
        ("held_out", {"split": "train", "images": 18, "seed": 0}, "less than the 18 images of tra"),
        ("images", 30, "images: found 30, expected train + val + unannotated = 31"),
        ("generated.sbd", 4, "generated: found the unknown key 'sbd'"),
        ("generated.unannotated", None, "expected the key 'unannotated'"),
        ("generated.size", [72, 40], "generated.size"),
        ("classes", ["person", "hot  dog"], "'hot  dog'"),
        ("classes", ["person", "vase "], "'vase '"),
        ("classes", ["person", "a|b"], "'a|b'"),
    ],
)
def test_a_data_set_is_refused(project: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(project, path, value)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("experiments/tiny.yaml, datasets.scenes")


def test_names_of_classes_may_hold_blanks(project: Path) -> None:
    names = ["person", "hot dog", "a b c"]
    assert load(project, "classes", names)["classes"] == names


def test_images_may_be_held_out(project: Path) -> None:
    held_out = {"split": "train", "images": 4, "seed": 0}
    assert load(project, "held_out", held_out)["held_out"] == held_out


def test_the_experiment_on_coco_2014_has_the_published_schedule(project: Path) -> None:
    experiment = load_configuration(project, {"experiment": "coco"}).experiment
    dataset, run = experiment["datasets"]["coco2014"], experiment["runs"]["more"]
    assert dataset["splits"] == {"train": 82081, "val": 40137, "val_part": 5000}
    assert dataset["images"] == 82783 + 40504
    assert len(dataset["classes"]) == 80
    training = run["training"]
    assert (training["iterations"], training["batch_size"]) == (80000, 8)
    losses = training["losses"]
    starts = [losses[f"{name}_start"] for name in ("ptc", "region", "seg")]
    assert [*starts, losses["mask_switch"]] == [8000, 12000, 16000, 50000]
    weights = [losses[name] for name in ("cre", "ure", "ptc", "seg", "reg", "temperature")]
    assert weights == [0.1, 0.01, 0.3, 0.12, 0.05, 0.1]
    changed = {name for name, value in run["formulation"].items() if value != "program"}
    assert changed == {"cre_range"}


MORE = "runs.more"
RAW = "runs.more.protocols.raw"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (f"{RAW}.split", "train", "protocols.raw.split: found 'train', which is trained on"),
        (
            f"{MORE}.checkpoint",
            {"rule": "best", "split": "val"},
            "'val', which shares images with 'val_part' of evaluation.split",
        ),
        (
            f"{MORE}.checkpoint",
            {"rule": "best", "split": "val_part"},
            "'val_part', which shares images with 'val_part' of evaluation.split",
        ),
    ],
)
def test_a_part_of_val_is_val(project: Path, path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_changed(project, path, value, "tiny")
    assert said in str(refusal.value)


def test_curves_may_be_drawn_on_a_part_of_val(project: Path) -> None:
    loaded = load_changed(project, f"{MORE}.evaluation.curve_split", "val_part", "tiny")
    assert loaded.experiment["runs"]["more"]["evaluation"]["curve_split"] == "val_part"
