"""How the training that a state belongs to differs from another one."""

from pathlib import Path
from typing import Any

import pytest
import torch

from methods.errors import InputError
from methods.training.identity import digest, identify, require_same
from tests.unit.small_run import small_run


def identity(folder: Path, **changes: Any) -> dict[str, Any]:
    (folder / "manifest.json").write_text(changes.pop("manifest", "a"), encoding="utf-8")
    given = {"settings": small_run(), "code": "1a", "device": "cpu"}
    files = {"manifest": folder / "manifest.json"}
    return identify(**{**given, **changes}, files=files)


def refusal(found: dict[str, Any], own: dict[str, Any]) -> str:
    with pytest.raises(InputError) as refused:
        require_same(Path("states"), found, own)
    return str(refused.value.parts[1]).partition("(saved -> now): ")[2]


def test_the_same_training_is_not_refused(tmp_path: Path) -> None:
    derived = {**small_run(), "derived": {"training_images": 4}}
    backwards = dict(reversed(small_run().items()))
    for settings in (small_run(), derived, backwards):
        same = identity(tmp_path, settings=settings)
        require_same(tmp_path, identity(tmp_path), same)
        assert digest(same) == digest(identity(tmp_path))


def test_each_difference_is_told(tmp_path: Path) -> None:
    run = small_run()
    run["training"]["optimizer"]["lr"] = 2e-3
    run["training"]["augmentation"]["scale"] = [0.5, 1.0]
    run["formulation"] = {"cre_range": "fixed"}
    del run["training"]["log_every"]
    assert refusal(identity(tmp_path), identity(tmp_path, settings=run)) == (
        'settings.formulation none -> {"cre_range": "fixed"},'
        " settings.training.augmentation.scale [0.32, 1.0] -> [0.5, 1.0],"
        " settings.training.log_every 2 -> none, settings.training.optimizer.lr 0.001 -> 0.002"
    )


def test_code_data_device_and_torch_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = identity(tmp_path)
    monkeypatch.setattr(torch, "__version__", "9.9")
    now = identity(tmp_path, code="1b", device="cuda", manifest="b")
    told = refusal(saved, now)
    assert told.startswith("code 1a -> 1b, device cpu -> cuda, manifest ca978112ca1bbdcafac231b3")
    assert told.endswith(" -> 9.9")


def test_many_differences_and_long_values_are_cut_short(tmp_path: Path) -> None:
    saved = identify({f"key{n:02d}": n for n in range(20)}, {})
    told = refusal(saved, identify({"key00": list(range(1000))}, {}))
    assert "settings.key00 0 -> [0, 1, 2," in told
    assert told.endswith("settings.key11 11 -> none and 8 more")
    assert len(told) < 600
