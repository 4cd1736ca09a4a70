"""A published data set has the published numbers; any other has those that it declares."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from methods.configuration.experiments import read_experiment
from methods.data.files import read_json, write_json
from methods.data.findings import Counts
from methods.data.published_counts import PUBLISHED, published_check, published_counts
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError
from tests.unit.small_bird_archives import check_cub, check_ilsvrc, extract_cub, extract_ilsvrc
from tests.unit.small_dataset import CLASSES, SPLITS, check, extract
from tests.unit.small_job import data_job
from tests.unit.small_project import PROJECT, copy_project, load_changed
from workflow_scripts.check_dataset import main
from workflow_scripts.job import Job

# Five of the ten masks of SBD are of images that VOC has masks of, too.
FOUND = Counts(3, 15, SPLITS, {"masks of SBD": 10, "augmented masks": 15})
REMEDY = f"; {EXTRACT_AGAIN}, or take archives of your own as `source: local`."


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The VOC 2012 folder of a small data set."""
    return extract(tmp_path_factory.mktemp("whole"))


def test_what_a_data_set_holds_is_counted(whole: Path, tmp_path: Path) -> None:
    assert check(whole).counts == FOUND
    birds = check_cub(extract_cub(tmp_path / "cub")).counts
    assert asdict(birds) == asdict(Counts(3, 18, {"train": 9, "test": 6, "cubv2": 3}))
    nets = check_ilsvrc(extract_ilsvrc(tmp_path / "ilsvrc")).counts
    assert asdict(nets) == asdict(Counts(3, 12, {"train": 6, "val": 6}))


def test_equal_numbers_pass_and_are_named(tmp_path: Path) -> None:
    passed = published_check(tmp_path, FOUND, FOUND)
    assert (passed.severity, passed.checked, passed.failed) == ("ok", 7, 0)
    assert passed.expected == passed.found
    assert passed.found == (
        "3 classes, 15 images, 6 images of train, 11 images of train_aug, 4 images of val, 10 masks"
        " of SBD, 15 augmented masks"
    )
    further = replace(FOUND, splits={**SPLITS, "held_out": 2})
    assert published_check(tmp_path, further, FOUND) == passed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"classes": 20}, "3 classes, expected 20 as published"),
        ({"images": 17_125}, "15 images, expected 17125 as published"),
        ({"splits": {**SPLITS, "train": 1_464}}, "6 images of train, expected 1464 as published"),
        ({"splits": {"test": 1_456}}, "0 images of test, expected 1456 as published"),
        ({"masks": {"masks of SBD": 11_355}}, "10 masks of SBD, expected 11355 as published"),
        ({"masks": {"augmented masks": 14}}, "15 augmented masks, expected 14 as published"),
    ],
)
def test_another_number_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        published_check(tmp_path, FOUND, replace(FOUND, **change))
    assert str(refusal.value) == f"{tmp_path}: found {said}{REMEDY}"


def job(folder: Path, root: Path, source: str) -> Job:
    """The check of the small data set, which declares its own numbers, as a job of the rule."""
    write_json(folder / "extraction.json", {"archives": []})
    names = {"manifest": "manifest.json", "index": "index.csv", "checks": "checks.json"}
    return data_job(
        folder,
        "check_dataset",
        input={"extraction": folder / "extraction.json"},
        output={key: folder / name for key, name in names.items()},
        params={
            "format": "voc",
            "source": source,
            "images": str(root),
            "classes": list(CLASSES),
            "splits": SPLITS,
            "expected_images": 15,
            "held_out": None,
        },
        wildcards={"dataset": "shapes"},
    )


@pytest.mark.parametrize("source", ["generated", "local"])
def test_data_that_is_not_published_has_its_own_numbers(
    whole: Path, tmp_path: Path, source: str
) -> None:
    main(job(tmp_path, whole, source))
    names = [entry["name"] for entry in read_json(tmp_path / "checks.json")["checks"]]
    assert "the numbers are the published ones" not in names


def test_small_data_is_not_taken_for_the_published(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"found 7 faults.*\(.*found 3 classes, expected 20 as pu"):
        main(job(tmp_path, whole, "published"))
    assert not (tmp_path / "checks.json").exists()


def test_the_gate_stands_in_the_checks(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the small numbers the published ones, the check would say so."""
    monkeypatch.setitem(PUBLISHED, "voc", FOUND)
    main(job(tmp_path, whole, "published"))
    (gate,) = (
        entry
        for entry in read_json(tmp_path / "checks.json")["checks"]
        if entry["name"] == "the numbers are the published ones"
    )
    assert (gate["severity"], gate["checked"], gate["failed"]) == ("ok", 7, 0)


def test_numbers_follow_from_each_other() -> None:
    voc, cub = PUBLISHED["voc"], PUBLISHED["cub"]
    assert voc.masks["augmented masks"] == voc.splits["train_aug"] + voc.splits["val"] == 12_031
    assert voc.masks["masks of SBD"] == 8_498 + 2_857
    assert cub.images == cub.splits["train"] + cub.splits["test"] == 11_788
    assert published_counts("voc", ["train", "val"]).images == 17_125
    assert published_counts("voc", ["train", "val", "test"]).images == 33_260
    assert published_counts("cub", ["train", "test", "cubv2"]).images == 12_788
    assert published_counts("coco", ["train", "val", "val_part"]).splits == {
        "train": 82_081,
        "val": 40_137,
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in PROJECT.glob("experiments/*.yaml")))
def test_experiments_declare_the_published_numbers(name: str) -> None:
    for dataset in read_experiment(PROJECT, name)["datasets"].values():
        if dataset["source"] == "published":
            expected = published_counts(dataset["format"], dataset["splits"])
            assert dataset["images"] == expected.images
            assert len(dataset["classes"]) == expected.classes
            assert {**dataset["splits"], **expected.splits} == dataset["splits"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("voc2012.splits.train", 1_460, "voc2012: found 1460 images of train, expected 1464"),
        ("voc2012.images", 17_125, "voc2012: found 17125 images, expected 33260"),
        ("cub.splits.test", 5_793, "cub: found 5793 images of test, expected 5794"),
        ("cub.classes", ["Ovenbird", "Mallard"], "cub: found 2 classes, expected 200"),
    ],
)
def test_other_numbers_are_refused_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: Any, said: str
) -> None:
    monkeypatch.chdir(copy_project(tmp_path))
    with pytest.raises(InputError) as refusal:
        load_changed(tmp_path, f"datasets.{key}", value, "paper")
    assert str(refusal.value) == (
        f"experiments/paper.yaml, datasets.{said} as published; correct the number, or take"
        " archives of your own as `source: local`."
    )
