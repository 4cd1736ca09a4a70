"""Both methods on a device with memory of its own: what is computed there stays there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from methods.cdtr import words as cdtr_words
from methods.cdtr.inference import predict_class_maps
from methods.data.files import read_json, write_json
from methods.more.inference import predict_logits, predict_maps
from methods.more.validation import validate
from methods.weights.contrastive import train_clip
from methods.weights.pretraining import pretrain
from tests.unit import small_cdtr_run, small_run, test_contrastive, test_pretraining
from tests.unit.other_device import NAME, in_own_process, other_device
from tests.unit.small_keeping import small_keeping
from tests.unit.small_trainings import METHODS, CrashError, result, train_small, train_until

_NEAR = {"rel": 1e-2, "abs": 1e-4}  # a GPU's way through attention sums in another order
_ACCOUNTS: Mapping[str, Any] = {"more": "paper", "cdtr": dict(cdtr_words.SWITCHES.keys())}  # others


@pytest.mark.parametrize("method", METHODS)
def test_a_method_keeps_to_its_device(method: str, tmp_path: Path) -> None:
    folders = [tmp_path / "cpu", tmp_path / NAME]
    trained = train(method, folders[0], "cpu")
    predict(method, trained, folders[0], "cpu")
    output, resumed = in_own_process(on_other_device, method, trained, folders[1])
    assert read_json(output / "done.json")["device"] == NAME
    assert [entry["iteration"] for entry in read_json(resumed / "done.json")["resumed"]] == [4]
    assert result(resumed) == result(output)
    assert_near(*(result(folder)[1] for folder in (trained, output)))
    names = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*.npz"))
    assert names
    for name in names:
        expected, found = (np.load(folder / name) for folder in folders)
        assert expected.files == found.files
        for key in expected.files:
            np.testing.assert_allclose(found[key], expected[key], 1e-4, 1e-5, err_msg=str(name))
    if method == "more":
        scores = [read_json(folder / "validation.json") for folder in folders]
        assert scores[0]["miou"] == pytest.approx(scores[1]["miou"])


def train(method: str, folder: Path, device: str, **given: Any) -> Path:
    """A training in a new folder."""
    folder.mkdir()
    return train_small(method, folder, device=device, **given)


def on_other_device(method: str, trained: Path, folder: Path) -> tuple[Path, Path]:
    """Train there, with and without a crash, and predict with what was trained on the CPU."""
    with other_device() as device:
        output = train(method, folder, device)
        predict(method, trained, folder, device)
        again = folder / "again"
        again.mkdir()
        given: dict[str, Any] = {"device": device, "keeping": small_keeping(iterations=2)}
        with pytest.raises(CrashError):
            train_until(5, method, again, **given)
        return output, train_small(method, again, **given)


def predict(method: str, trained: Path, folder: Path, device: str) -> None:
    """All that the pipeline predicts with a network."""
    small = small_run if method == "more" else small_cdtr_run
    given: dict[str, Any] = {
        "run": small.small_run(),
        "classes": small.CLASSES,
        "checkpoint": trained / "checkpoints/iteration_000009.pt",
        "index": trained.parent / "index.csv",
        "images": trained.parent,
        "device": device,
        "threads": 1,
    }
    if method == "cdtr":
        predict_class_maps(**given, split="test", output=folder / "maps")
        return
    several: dict[str, Any] = {"split": "val", "scales": [0.84, 1.0]}
    predict_logits(**given, **several, resize="aspect", output=folder / "logits")
    predict_maps(**given, **several, output=folder / "maps")
    manifest = small_run.write_masks(trained.parent)
    scores = validate(**given, manifest=manifest, split="val")
    write_json(folder / "validation.json", scores)


def assert_near(expected: list[dict[str, str]], found: list[dict[str, str]]) -> None:
    """Check that two journals tell of the same training."""
    assert len(expected) == len(found)
    for row, other in zip(expected, found, strict=True):
        values = [{name: float(value) for name, value in one.items()} for one in (row, other)]
        assert values[1] == pytest.approx(values[0], **_NEAR)


@pytest.mark.parametrize("method", METHODS)
def test_so_do_other_accounts_of_it(method: str, tmp_path: Path) -> None:
    trained = train(method, tmp_path / "cpu", "cpu", formulation=_ACCOUNTS[method])
    rows = in_own_process(account_on_other_device, method, tmp_path / NAME)
    assert_near(result(trained)[1], rows)


def account_on_other_device(method: str, folder: Path) -> list[dict[str, str]]:
    """The journal of a training there that follows another account of the method."""
    with other_device() as device:
        return result(train(method, folder, device, formulation=_ACCOUNTS[method]))[1]


def test_so_do_pretrainings_whose_files_any_machine_reads(tmp_path: Path) -> None:
    in_own_process(pretrain_on_other_device, tmp_path)
    for name in ("vit.pt", "clip.pt"):
        state: Mapping[str, torch.Tensor] = torch.load(tmp_path / name, weights_only=True)
        assert {value.device.type for value in state.values()} == {"cpu"}


def pretrain_on_other_device(folder: Path) -> None:
    """Make the small ViT and the small CLIP there."""
    programs: dict[str, tuple[Callable[..., None], Mapping[str, Any]]] = {
        "vit": (pretrain, test_pretraining.WEIGHTS),
        "clip": (train_clip, test_contrastive.WEIGHTS),
    }
    with other_device() as device:
        for name, (program, weights) in programs.items():
            files = {"output": folder / f"{name}.pt", "card": folder / f"{name}.json"}
            program(weights=weights, name=name, device=device, threads=1, **files)


def test_the_device_refuses_what_a_gpu_refuses() -> None:
    refusals = in_own_process(misuses)
    assert [refusal.partition(":")[0] for refusal in refusals] == [
        "aten.add.Tensor",
        "aten.cat.default",
        "aten.stack.default",
        "aten.index_put_.default",
        "aten.index_put_.default",
        "aten.index.Tensor",
        "aten.randn.generator",
        "TypeError",
    ]


def misuses() -> list[str]:
    """What the device says to programs that mix it with the CPU."""

    def message(program: Callable[[], object]) -> str:
        try:
            program()
        except RuntimeError as error:
            return str(error)
        except TypeError as error:
            return f"TypeError: {error}"
        raise AssertionError("nothing was refused")

    with other_device() as device:
        own, guest = torch.ones(3, device=device), torch.ones(3)
        assert (own * torch.tensor(2.0)).tolist() == [2, 2, 2]  # a single number may lie anywhere
        indices = torch.tensor([0, 1, 2])
        assert own[indices].shape == (3,)  # and so may indices
        assert own.cpu().numpy().sum() == 3
        generator = torch.Generator()
        return [
            message(lambda: own + guest),
            message(lambda: torch.cat([own, guest])),
            message(lambda: torch.stack([own.sum(), guest.sum()])),
            message(lambda: own.index_put_((indices,), guest)),
            message(lambda: guest.index_put_((indices.to(device),), guest)),
            message(lambda: guest[indices.to(device)]),
            message(lambda: torch.randn(3, device=device, generator=generator)),
            message(lambda: own.numpy()),
        ]
