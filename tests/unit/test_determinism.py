"""Equal bits from equal inputs, whatever the number of workers and cores."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from methods.cdtr.augmentation import TimmView
from methods.data.files import read_json
from methods.data.manifest import write_index
from methods.errors import InputError
from methods.more.augmentation import build_view
from methods.more.batches import BatchSampler
from methods.more.settings import TrainingSettings
from methods.settings import build
from methods.training.dataset import ImageLabelDataset
from methods.training.determinism import computing, derived_settings, is_deterministic
from methods.training.loading import load_batches
from methods.vit import _resized, _resized_by_matrix
from tests.unit import small_cdtr_run, small_run
from tests.unit.small_job import data_job
from tests.unit.small_trainings import METHODS, result, train_small
from workflow_scripts import resolve_run

CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("asked", "device", "deterministic", "threads"),
    [
        ("auto", CPU, True, 1),
        ("auto", GPU, False, None),
        ("true", CPU, True, 1),
        ("true", GPU, True, None),
        ("false", CPU, False, None),
        ("false", GPU, False, None),
    ],
)
def test_what_is_asked_and_the_device_decide(
    asked: str, device: torch.device, deterministic: bool, threads: int | None
) -> None:
    assert is_deterministic(asked, device) is deterministic
    derived = derived_settings(asked, device)
    assert derived == {"deterministic": deterministic, "threads": threads}


def test_settings_hold_inside_the_block_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with computing("auto", CPU):
            assert torch.are_deterministic_algorithms_enabled()
            assert not torch.is_deterministic_algorithms_warn_only_enabled()
            assert torch.get_num_threads() == 1
            assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
        assert not torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == 3
        with computing("false", CPU):
            assert not torch.are_deterministic_algorithms_enabled()
            assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def put(values: torch.Tensor) -> None:
    values.put_(torch.tensor([0]), torch.tensor([1.0]))


def test_an_operation_without_a_deterministic_form_stops_the_run() -> None:
    with (
        pytest.raises(InputError, match=r"^config.yaml, deterministic: .*\(put_\).*set determin"),
        computing("true", CPU),
    ):
        put(torch.zeros(2))
    assert not torch.are_deterministic_algorithms_enabled()
    with computing("false", CPU):
        put(torch.zeros(2))


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="size of tensor"), computing("true", CPU):
        torch.zeros(2) + torch.zeros(3)


@pytest.mark.parametrize("method", METHODS)
def test_neither_workers_nor_cores_change_a_training(method: str, tmp_path: Path) -> None:
    before, found = torch.get_num_threads(), []
    try:
        for threads, workers in ((1, 0), (2, 1), (5, 3)):
            torch.set_num_threads(threads)
            with computing("auto", CPU):
                output = train_small(method, tmp_path, str(threads), loader_workers=workers)
            found.append(result(output))
            machine = read_json(output / "done.json")["machine"]
            assert (machine["deterministic"], machine["threads"]) == (True, 1)
    finally:
        torch.set_num_threads(before)
    assert found[0] == found[1] == found[2]


def write_large_images(folder: Path) -> Path:
    """Four images on which torch divides its sums among threads."""
    rows = []
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((500, 375), Image.Resampling.BICUBIC)
        image.save(folder / f"{number}.png")
        rows.append(
            {
                "id": str(number),
                "image": f"{number}.png",
                "width": 500,
                "height": 375,
                "mode": "RGB",
                "splits": "train",
                "labels": small_run.CLASSES[number % 3],
            }
        )
    write_index(folder / "index.csv", rows)
    return folder / "index.csv"


@pytest.mark.parametrize("method", METHODS)
def test_workers_load_the_same_batches(method: str, tmp_path: Path) -> None:
    if method == "more":
        augmentation = small_run.small_run()["training"]
        augmentation["augmentation"] |= {"crop": 448, "jitter_probability": 1.0}
        make_view = build_view(build(TrainingSettings, augmentation).augmentation)
    else:
        make_view = TimmView(small_cdtr_run.training_settings().augmentation)
    index = write_large_images(tmp_path)
    dataset = ImageLabelDataset(index, tmp_path, "train", small_run.CLASSES, make_view)
    sampler = BatchSampler(len(dataset), batch_size=2, iterations=3, seed=5)
    alone, *others = (
        list(load_batches(dataset, sampler, workers, skipped=0)) for workers in (0, 1, 3)
    )
    assert len(alone) == 3
    for batches in others:
        for batch, wanted in zip(batches, alone, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(batch, wanted, strict=True))


def test_resolved_settings_tell_what_holds(tmp_path: Path) -> None:
    run = {**small_run.small_run(), "method": "more"}
    for asked, expected in (("auto", (True, 1)), ("false", (False, None))):
        job = data_job(
            tmp_path,
            "resolve_run",
            input={"index": small_run.write_images(tmp_path)},
            output={"resolved": tmp_path / "resolved.yaml"},
            params={"run": run, "classes": small_run.CLASSES},
            wildcards={"seed": "0"},
        )
        resolve_run.main(replace(job, device="cpu", deterministic=asked))
        derived = yaml.safe_load((tmp_path / "resolved.yaml").read_text())["derived"]
        assert (derived["deterministic"], derived["threads"]) == expected


def test_positions_are_resized_alike_by_either_way() -> None:
    torch.manual_seed(0)
    maps = torch.randn(1, 6, 7, 7, requires_grad=True)
    factors = (10.1 / 7, 12.1 / 7)
    weights = torch.randn(1, 6, 10, 12)
    gradients = []
    for resize in (_resized, _resized_by_matrix):
        resized = resize(maps, factors)
        assert resized.shape == weights.shape
        gradients.append(torch.autograd.grad((resized * weights).sum(), maps)[0])
    torch.testing.assert_close(_resized(maps, factors), _resized_by_matrix(maps, factors))
    torch.testing.assert_close(*gradients)


def test_the_matrix_keeps_the_precision_of_the_positions() -> None:
    maps = torch.randn(1, 3, 7, 7)
    with torch.autocast("cpu", torch.bfloat16):
        found = _resized_by_matrix(maps, (2.0, 2.0))
    torch.testing.assert_close(found, _resized(maps, (2.0, 2.0)))
