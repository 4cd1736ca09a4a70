"""From stored class maps to metrics, script by script."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.data.centre_crop import CentreCrop
from methods.data.files import read_json, write_json
from methods.data.image_index import read_index
from methods.data.predictions import PredictionItem, write_arrays, write_index
from methods.data.samples import ManifestFiles
from methods.errors import InputError
from methods.evaluation.localization import read_metrics
from tests.unit.small_birds import CLASSES, write_birds
from workflow_scripts import choose_threshold, find_boxes, score_box_control, score_boxes
from workflow_scripts.job import Job

VIEW = CentreCrop(resize=30, image_size=28)
RELEASED = {
    "box": "program",
    "crop": "exact",
    "gt_known": "predicted",
    "several": "last",
    "threshold": 0.2,
    "threshold_source": "published",
}
HONEST = {
    "box": "wsolevaluation",
    "crop": "exact",
    "gt_known": "labelled",
    "several": "best",
    "threshold_source": "train",
}
WRONG = 1  # of the test images, the one whose class is mistaken and whose predicted map is empty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set, a checkpoint's record and, of both splits, maps that are the masks."""
    index, manifest = write_birds(tmp_path)
    files = ManifestFiles.read(manifest, tmp_path)
    for split in ("train", "test"):
        records, items = read_index(index, split, CLASSES), []
        for number, record in enumerate(records):
            true = int(record.labels.argmax())
            mistaken = split == "test" and number == WRONG
            predicted = (true + 1) % 3 if mistaken else true
            mask = VIEW.mask(files.mask(record.id, 1, (30, 40))).astype(np.float32)
            arrays = {
                "logits": np.eye(3, dtype=np.float32)[predicted],
                "classes": np.array([predicted, true]),
                "maps": np.stack([np.zeros_like(mask) if mistaken else mask, mask]),
                "attention": mask,
            }
            file = f"maps/{record.id}.npz"
            write_arrays(tmp_path / "predictions" / split / file, arrays)
            items.append(PredictionItem(record.id, file, 30, 40))
        write_index(
            tmp_path / "predictions" / split / "index.json",
            split=split,
            expected=len(records),
            source={"checkpoint_sha256": "abc", "image_size": 28, "resize": 30},
            items=items,
        )
    write_json(tmp_path / "checkpoint.json", {"rule": "last", "iteration": 7})
    return tmp_path


def job(folder: Path, **values: Any) -> Job:
    paths = {"index": folder / "index.csv", "manifest": folder / "manifest.json"}
    params = {
        "classes": list(CLASSES),
        "images": str(folder),
        "inference": {"image_size": 28, "resize": 30},
    }
    return Job(
        rule="test",
        input={**paths, **values["input"]},
        output=values["output"],
        params={**params, **values["params"]},
        wildcards=values["wildcards"],
        threads=1,
        device="cpu",
        local_files={},
        states={},
        log=folder / "log",
    )


def boxes(folder: Path, split: str, rule: str) -> Path:
    index = folder / f"boxes/{split}.{rule}/index.json"
    find_boxes.main(
        job(
            folder,
            input={"predictions": folder / f"predictions/{split}/index.json"},
            output={"index": index, "boxes": index.with_name("boxes.npz")},
            params={"image_size": 28, "thresholds": [0.2, 0.195]},
            wildcards={"split": split, "box": rule},
        )
    )
    return index


def score(folder: Path, name: str, protocol: dict[str, Any], threshold: Any = ()) -> dict[str, Any]:
    metrics = folder / f"metrics/test.{name}.json"
    score_boxes.main(
        job(
            folder,
            input={
                "boxes": boxes(folder, "test", protocol["box"]),
                "predictions": folder / "predictions/test/index.json",
                "threshold": threshold,
                "checkpoint": folder / "checkpoint.json",
            },
            output={"metrics": metrics, "counts": metrics.with_suffix(".counts.npz")},
            params={"protocol": protocol},
            wildcards={"split": "test", "protocol": name},
        )
    )
    return read_metrics(metrics)


def choose(folder: Path, protocol: dict[str, Any]) -> Path:
    threshold = folder / "thresholds/honest.json"
    choose_threshold.main(
        job(
            folder,
            input={"boxes": boxes(folder, "train", protocol["box"])},
            output={"threshold": threshold},
            params={"protocol": protocol},
            wildcards={"protocol": "honest"},
        )
    )
    return threshold


def test_stated_threshold(folder: Path) -> None:
    found = score(folder, "released", RELEASED)
    assert found["top1_loc"] == found["gt_known"] == pytest.approx(100 * 5 / 6)
    assert found["top5_cls"] == 100
    assert found["top5_loc"] == pytest.approx(100 * 5 / 6)
    assert found["decomposition"]["neither"] == pytest.approx(100 / 6)
    assert found["constant_maps"] == 1
    assert found["coverage"] == {"evaluated": 6, "expected": 6}
    assert found["pxap"] == pytest.approx(100)
    assert found["box_acc_v2"] is None
    assert len(found["curve"]["thresholds"]) == 101
    assert found["protocol"] == {
        **RELEASED,
        "checkpoint_sha256": "abc",
        "image_size": 28,
        "resize": 30,
        "thresholds_by_iou": {"30": 0.2, "50": 0.2, "70": 0.2},
        "checkpoint_rule": "last",
        "checkpoint_iteration": 7,
    }
    for rate, ends in found["intervals_95"].items():
        for low, high in ends.values():
            assert low <= found[rate] <= high


def test_chosen_threshold(folder: Path) -> None:
    threshold = choose(folder, HONEST)
    chosen = read_json(threshold)
    assert (chosen["split"], chosen["protocol"], chosen["value"]) == ("train", "honest", 100)
    assert chosen["threshold"] == 0  # masks have nothing between 0 and 255
    assert chosen["coverage"] == {"evaluated": 9, "expected": 9}
    found = score(folder, "honest", HONEST, threshold)
    assert found["gt_known"] == 100  # of the true class's map
    assert found["top1_loc"] == pytest.approx(100 * 5 / 6)
    assert found["box_acc_v2"] == 100
    assert found["protocol"]["threshold"] == 0
    assert found["protocol"]["threshold_source"] == "train"


def test_threshold_of_another_protocol_is_refused(folder: Path) -> None:
    threshold = choose(folder, HONEST)
    with pytest.raises(InputError, match=r"found a threshold of \('train', 'honest'\), expected"):
        score(folder, "other", HONEST, threshold)


def test_missing_box_of_an_image_is_refused(folder: Path) -> None:
    manifest = read_json(folder / "manifest.json")
    del manifest["boxes"]["00012"]
    write_json(folder / "manifest.json", manifest)
    with pytest.raises(
        InputError, match=r"manifest\.json: found no box of 1 images, such as 00012"
    ):
        score(folder, "released", RELEASED)
    assert not (folder / "metrics").exists()


def test_images_that_were_not_predicted_are_refused(folder: Path) -> None:
    index = (folder / "index.csv").read_text()
    (folder / "index.csv").write_text(index.replace(",train,", ",train|test,", 1))
    with pytest.raises(InputError, match="found no box of 1 images, such as 00001, expected boxes"):
        score(folder, "released", RELEASED)


def test_maps_of_other_classes_are_refused(folder: Path) -> None:
    text = (folder / "index.csv").read_text().splitlines()
    text[-1] = text[-1].replace(CLASSES[2], CLASSES[0])
    (folder / "index.csv").write_text("\n".join(text) + "\n")
    sentence = r"00015\.npz: found maps of the classes \[2, 2\], expected \[2, 0\], the predicted"
    with pytest.raises(InputError, match=sentence):
        score(folder, "released", RELEASED)


def test_boxes_are_found_and_scored_without_torch() -> None:
    names = "choose_threshold, find_boxes, score_box_control, score_boxes"
    script = f"from workflow_scripts import {names}\nimport sys\nprint('torch' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize("control", ["perfect", "colour"])
def test_controls_have_the_document_of_a_protocol(folder: Path, control: str) -> None:
    metrics = folder / f"controls/birds/test.{control}.json"
    score_box_control.main(
        job(
            folder,
            input={},
            output={"metrics": metrics, "counts": metrics.with_suffix(".counts.npz")},
            params={"train_split": "train"},
            wildcards={"dataset": "birds", "split": "test", "control": control},
        )
    )
    found = read_metrics(metrics)
    assert found["name"] == control
    assert found["top1_cls"] == 100
    assert found["curve"] is None
    assert found["pxap"] is None
    known = {"known_gt_known", "known_top1_loc"} if control == "perfect" else set()
    assert set(found["protocol"]) == {"prediction", *known}
    assert set(found) == set(score(folder, "released", RELEASED))
    if control == "perfect":
        assert found["top1_loc"] == found["gt_known"] == found["box_acc"]["70"] == 100
