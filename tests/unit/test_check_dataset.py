"""The images are decoded in threads, and how many there are changes nothing that is found."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from methods.data import voc_checks
from methods.data.files import write_json
from methods.data.inspecting import inspect_all
from methods.errors import InputError
from tests.unit.small_bird_archives import CUB_CLASSES, CUB_SPLITS, extract_cub
from tests.unit.small_dataset import CLASSES, SPLITS, extract, truncate
from tests.unit.small_job import data_job
from workflow_scripts.check_dataset import main

OUTPUTS = {"manifest": "manifest.json", "index": "index.csv", "checks": "checks.json"}
VOC = {"format": "voc", "classes": list(CLASSES), "splits": SPLITS, "expected_images": 15}
CUB = {"format": "cub", "classes": list(CUB_CLASSES), "splits": CUB_SPLITS, "expected_images": 18}


def check(folder: Path, root: Path, settings: Mapping[str, Any], threads: int) -> dict[str, bytes]:
    """What the rule's job writes, by the names of the files."""
    folder.mkdir()
    write_json(folder / "extraction.json", {"archives": [{"name": "a.tar", "remembered": True}]})
    job = data_job(
        folder,
        "check_dataset",
        input={"extraction": folder / "extraction.json"},
        output={key: folder / name for key, name in OUTPUTS.items()},
        params={**settings, "source": "generated", "images": str(root), "held_out": None},
        wildcards={"dataset": "small"},
    )
    main(replace(job, threads=threads))
    return {name: (folder / name).read_bytes() for name in OUTPUTS.values()}


@pytest.mark.parametrize(("make", "settings"), [(extract, VOC), (extract_cub, CUB)])
def test_any_number_of_threads_finds_the_same(
    tmp_path: Path, make: Callable[[Path], Path], settings: Mapping[str, Any]
) -> None:
    root = make(tmp_path / "data")
    alone = check(tmp_path / "alone", root, settings, threads=1)
    assert b'"severity": "warning"' in alone["checks.json"]
    for threads in (2, 5):
        assert check(tmp_path / f"{threads}", root, settings, threads) == alone


def test_any_number_of_threads_finds_the_same_faults(tmp_path: Path) -> None:
    root = extract(tmp_path / "data")
    for image in sorted(root.glob("JPEGImages/*.jpg"))[::4]:
        truncate(image)
    said = set()
    for threads in (1, 2, 5):
        with pytest.raises(InputError) as caught:
            check(tmp_path / f"{threads}", root, VOC, threads)
        said.add(str(caught.value))
    (sentence,) = said
    assert ": found 4 faults, the first " in sentence


def test_the_images_are_decoded_by_all_threads_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of the first three is done before all three have begun."""
    root, together = extract(tmp_path / "data"), threading.Barrier(3, timeout=30)
    met: list[str] = []
    real = voc_checks.inspect_image

    def inspect(*arguments: Any, **more: Any) -> Any:
        if len(met) < 3:
            met.append("begun")
            together.wait()
        return real(*arguments, **more)

    monkeypatch.setattr(voc_checks, "inspect_image", inspect)
    check(tmp_path / "made", root, VOC, threads=3)
    assert len(met) == 3


def test_results_keep_the_order_of_the_items() -> None:
    """The first is done after the last."""
    last_done = threading.Event()

    def inspect(item: int) -> Any:
        if item == 0:
            assert last_done.wait(30)
        if item == 7:
            last_done.set()
        raise InputError(f"image {item}", "a fault", "none", "mend it")

    found, faults = inspect_all(inspect, range(8), threads=2)
    assert found == []
    assert [fault.parts[0] for fault in faults] == [f"image {item}" for item in range(8)]
