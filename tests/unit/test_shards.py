"""Equal files from any number of processes and threads that share the work."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from methods.cdtr import inference as cdtr
from methods.cdtr.network import CDTR
from methods.cdtr.settings import NetworkSettings as CdtrNetworkSettings
from methods.data.files import sha256
from methods.data.inspecting import inspect_all
from methods.data.inspection import Inspection
from methods.errors import InputError
from methods.more import inference as more
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.settings import build
from tests.unit import small_cdtr_run, small_run
from tests.unit.small_job import data_job
from workflow_scripts import apply_crf, find_boxes, label_images

SHARDS = (1, 2, 3, 5)
LOGITS = {"map": "decoder", "scales": [1.0], "flip": True}
CRF = {
    "iterations": 3,
    "gaussian": {"sxy": 1, "compat": 3},
    "bilateral": {"sxy": 20, "srgb": 10, "compat": 4},
}


def assert_equal_files(folder: Path, files: int, make: Callable[[Path, int], object]) -> None:
    """Make so many files with every number of shards, and compare them with those of one."""
    found = []
    for shards in SHARDS:
        output = folder / f"shards{shards}"
        output.mkdir()
        make(output, shards)
        paths = sorted(path for path in output.rglob("*") if path.is_file())
        found.append({str(path.relative_to(output)): sha256(path) for path in paths})
    assert len(found[0]) == files
    assert [other == found[0] for other in found] == [True] * len(SHARDS)


def segmentation(folder: Path) -> dict[str, Any]:
    """What the predictions of MoRe take, of four images."""
    torch.manual_seed(0)
    run = small_run.small_run()
    model = MoRe(build(NetworkSettings, run["network"]), len(small_run.CLASSES))
    torch.save(model.state_dict(), folder / "model.pt")
    return {
        "run": run,
        "classes": small_run.CLASSES,
        "checkpoint": folder / "model.pt",
        "index": small_run.write_images(folder),
        "images": folder,
        "split": "train",
        "scales": [0.5, 1.0],
        "device": "cpu",
    }


def localization(folder: Path) -> dict[str, Any]:
    """What the predictions of CDTR take, of twelve images."""
    torch.manual_seed(0)
    run = small_cdtr_run.small_run()
    model = CDTR(build(CdtrNetworkSettings, run["network"]), len(small_cdtr_run.CLASSES))
    torch.save(model.state_dict(), folder / "model.pt")
    return {
        "run": run,
        "classes": small_cdtr_run.CLASSES,
        "checkpoint": folder / "model.pt",
        "index": small_cdtr_run.write_images(folder),
        "images": folder,
        "split": "train",
        "device": "cpu",
    }


def test_logits_and_maps_of_segmentation(tmp_path: Path) -> None:
    given = segmentation(tmp_path)

    def predict(output: Path, shards: int) -> None:
        more.predict_logits(**given, resize="aspect", output=output / "predictions", threads=shards)
        more.predict_maps(**given, output=output / "maps", threads=shards)

    assert_equal_files(tmp_path, 2 * (4 + 1), predict)


def test_class_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdtr, "TOGETHER", 2)
    given = localization(tmp_path)

    def predict(output: Path, shards: int) -> None:
        cdtr.predict_class_maps(**given, output=output, threads=shards)

    assert_equal_files(tmp_path, 12 + 1, predict)


def script_job(folder: Path, output: Path, shards: int, **params: Any) -> Any:
    """A job of one of the scripts that work on predictions, with so many threads."""
    job = data_job(
        folder,
        "shards",
        input={"predictions": folder / "made/index.json", "index": folder / "index.csv"},
        output={"index": output / "index.json"},
        params={"images": str(folder), "image_size": 48, **params},
        wildcards={"split": "train", "protocol": "crf", "box": "wsolevaluation"},
    )
    return replace(job, threads=shards)


def test_label_maps_with_and_without_crf(tmp_path: Path) -> None:
    given = segmentation(tmp_path)
    more.predict_logits(**given, resize="square", output=tmp_path / "made", threads=1)
    plain = {"protocol": LOGITS, "classes": small_run.CLASSES}
    refined = {**plain, "protocol": {**LOGITS, "crf": True}, "crf": CRF}

    def label(output: Path, shards: int) -> None:
        label_images.main(script_job(tmp_path, output / "labels", shards, **plain))
        apply_crf.main(script_job(tmp_path, output / "crf", shards, **refined))

    assert_equal_files(tmp_path, 2 * (4 + 1), label)


def test_boxes(tmp_path: Path) -> None:
    cdtr.predict_class_maps(**localization(tmp_path), output=tmp_path / "made", threads=1)

    def find(output: Path, shards: int) -> None:
        find_boxes.main(script_job(tmp_path, output, shards, thresholds=[0.2]))

    assert_equal_files(tmp_path, 2, find)


@pytest.mark.parametrize("threads", SHARDS)
def test_decoded_images_and_faults_come_in_order(threads: int) -> None:
    def inspect(number: int) -> Inspection:
        if number % 3 == 0:
            raise InputError(f"image {number}", "nothing", "something", "look")
        return Inspection(
            id=str(number),
            height=1,
            width=1,
            mode="RGB",
            image="",
            mask=None,
            labels=(),
            unseen=(),
            unnamed=(),
            outside=0,
            files=(),
        )

    found, faults = inspect_all(inspect, range(20), threads)
    assert [inspection.id for inspection in found] == [str(n) for n in range(20) if n % 3]
    assert [fault.parts[0] for fault in faults] == [f"image {n}" for n in range(0, 20, 3)]
