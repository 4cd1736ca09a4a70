"""Checkpoints of CDTR, of this pipeline and of the published program."""

import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from methods.cdtr.network import CDTR
from methods.cdtr.weights import load_checkpoint, save_checkpoint
from methods.errors import InputError
from methods.weights.state_dicts import named_tensors, read_file
from tests.unit.small_cdtr import SMALL, copy_of, saved, small_cdtr, small_images
from tests.unit.small_network import equal_states


def trained(seed: int = 0) -> CDTR:
    """A small network whose batch statistics have moved."""
    model = small_cdtr(seed)
    model(small_images(4))
    return model


class TestCheckpoint:
    def test_round_trip_with_batch_statistics(self, tmp_path: Path) -> None:
        model, other = trained(), small_cdtr(1)
        save_checkpoint(tmp_path / "new" / "epoch.pt", model)
        load_checkpoint(tmp_path / "new" / "epoch.pt", other)
        assert equal_states(other.state_dict(), model.state_dict())
        assert other.block_catbn.num_batches_tracked.item() == 1
        assert other.block_catbn.num_batches_tracked.dtype == torch.int64
        assert [file.name for file in (tmp_path / "new").iterdir()] == ["epoch.pt"]

    def test_equal_weights_give_equal_bytes(self, tmp_path: Path) -> None:
        for name in ("first.pt", "second.pt"):
            save_checkpoint(tmp_path / name, trained())
        assert (tmp_path / "first.pt").read_bytes() == (tmp_path / "second.pt").read_bytes()

    def test_published_file(self, tmp_path: Path) -> None:
        """With everything that the published program saves beside the weights."""
        model, other = trained(), small_cdtr(1)
        optimizer = torch.optim.AdamW(model.parameter_groups(0.05), lr=1e-4)
        model(small_images()).logits.sum().backward()
        optimizer.step()
        content: dict[str, Any] = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "lr_scheduler": {"base_values": [1e-4, 1e-4], "t_initial": 110, "warmup_t": 5},
            "epoch": 109,
            "model_ema": None,
            "scaler": {"scale": 65536.0, "growth_tracker": 3},
            "args": Namespace(lr=5e-5, data_set="CUB", resume="", distributed=True, dist=None),
        }
        load_checkpoint(saved(tmp_path, content), other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_objects_of_another_class_are_refused(self, tmp_path: Path) -> None:
        model = small_cdtr()
        content = {"model": model.state_dict(), "args": Namespace(output_dir=tmp_path)}
        path = saved(tmp_path, content)
        with pytest.raises(InputError) as raised:
            load_checkpoint(path, model)
        assert str(raised.value) == (
            f"{path}: found a pickled pathlib.PosixPath, which is loaded by running code that the"
            " file names, expected tensors and plain values; if you trust whoever made the file,"
            " load it once with weights_only=False and save its state dict, such as"
            ' checkpoint["model"], alone.'
        )

    @pytest.mark.parametrize("beside", [{}, {"args": Namespace(lr=1.0)}])
    def test_runs_no_code_of_a_file(self, tmp_path: Path, beside: dict[str, Any]) -> None:
        trace = tmp_path / "trace"
        path = saved(tmp_path, {"model": {"weight": _Touch(trace)}, **beside})
        with pytest.raises(InputError, match="found a pickled getattr, which is loaded by"):
            load_checkpoint(path, small_cdtr())
        assert not trace.exists()

    def test_a_blocked_function_is_named(self, tmp_path: Path) -> None:
        path = saved(tmp_path, {"model": _System()})
        with pytest.raises(InputError, match="found a pickled (posix|os).system, which"):
            load_checkpoint(path, small_cdtr())

    def test_the_class_is_allowed_for_one_reading(self, tmp_path: Path) -> None:
        path = saved(tmp_path, {"args": Namespace()})
        assert read_file(path, allowed=(Namespace,)) == {"args": Namespace()}
        with pytest.raises(InputError, match="found a pickled argparse.Namespace"):
            read_file(path)

    @pytest.mark.parametrize(("names", "count"), [(True, 4), (True, 5), (False, 4)])
    def test_catr_is_refused(self, tmp_path: Path, names: bool, count: int) -> None:
        state = copy_of(small_cdtr())
        state["AutomaticWeightedLoss.params"] = torch.ones(count)
        if names:
            renamed = {"down_1.1": "down.1", "up_1": "up"}
            for new, old in renamed.items():
                state = {key.replace(f"att_layer.{new}", f"att_layer.{old}"): value
                         for key, value in state.items()}  # fmt: skip
        path = saved(tmp_path, {"model": state})
        with pytest.raises(InputError) as raised:
            load_checkpoint(path, small_cdtr())
        found = ["keys of CATR such as att_layer.down.1.UConv.0.weight"] if names else []
        found += ["four learned weights in AutomaticWeightedLoss.params"] if count == 4 else []
        assert str(raised.value) == (
            f"{path}: found {' and '.join(found)}, expected a checkpoint of CDTR, with"
            " att_layer.down_1.*, att_layer.up_1.* and five learned weights; give one of CDTR;"
            " CATR, its conference version, is another network."
        )

    def test_every_wrong_key_is_named(self, tmp_path: Path) -> None:
        model = small_cdtr()
        state = copy_of(model)
        del state["block1.0.weight"], state["block_catbn.num_batches_tracked"]
        state["head.weight"] = state["head.weight"][:3]
        state["block2.0.weight"] = torch.zeros(1, 2, 1, 1)
        before = copy_of(model)
        with pytest.raises(InputError) as raised:
            load_checkpoint(saved(tmp_path, state), model)
        message = str(raised.value)
        assert "2 missing keys (block1.0.weight, block_catbn.num_batches_tracked)" in message
        assert "1 unexpected key (block2.0.weight)" in message
        assert "(head.weight (3, 12, 3, 3) instead of (4, 12, 3, 3))" in message
        assert equal_states(model.state_dict(), before)

    def test_other_sizes_are_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "other.pt"
        save_checkpoint(path, small_cdtr(settings=replace(SMALL, csm_width=6)))
        with pytest.raises(InputError, match="give a checkpoint of the network that the settings"):
            load_checkpoint(path, small_cdtr())

    @pytest.mark.parametrize("content", [{"model": None}, {"model": {"epoch": 3}}, [1.0], {}])
    def test_no_state_dict(self, tmp_path: Path, content: object) -> None:
        with pytest.raises(InputError, match="file.pth: found "):
            load_checkpoint(saved(tmp_path, content), small_cdtr())

    def test_cut_file(self, tmp_path: Path) -> None:
        path = tmp_path / "epoch.pt"
        save_checkpoint(path, small_cdtr())
        path.write_bytes(path.read_bytes()[:1000])
        with pytest.raises(InputError, match="found a file that torch does not load"):
            load_checkpoint(path, small_cdtr())


class _Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


class _System:
    """Runs a shell when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("exit 3",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("block0.1.num_batches_tracked", torch.tensor(1.5)),
        ("block0.1.num_batches_tracked", torch.tensor(1, dtype=torch.int32)),
        ("head.bias", torch.tensor([1, 2, 3, 4])),
        ("num_batches", torch.tensor(1)),
    ],
)
def test_numbers_of_another_kind_are_refused(tmp_path: Path, key: str, value: Tensor) -> None:
    path = saved(tmp_path, {key: value})
    with pytest.raises(InputError, match=f"found {key} as a tensor of {value.dtype}"):
        named_tensors(path, read_file(path))
