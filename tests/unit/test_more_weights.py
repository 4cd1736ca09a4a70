"""Checkpoints, of this pipeline and of every published format."""

import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from methods.errors import InputError
from methods.more.formulation import PROGRAM, Formulation
from methods.more.network import MoRe
from methods.more.weights import load_checkpoint, save_checkpoint
from methods.weights.state_dicts import named_tensors, read_file
from tests.unit.small_network import equal_states, small_model

LEGACY = Formulation(gcr_fusion="legacy")


class TestCheckpoint:
    def test_round_trip(self, tmp_path: Path) -> None:
        path = tmp_path / "checkpoints" / "iteration_000001.pt"
        model, other = small_model(0), small_model(1)
        save_checkpoint(path, model)
        load_checkpoint(path, other)
        assert equal_states(other.state_dict(), model.state_dict())
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    def test_equal_weights_give_equal_bytes(self, tmp_path: Path) -> None:
        model = small_model()
        save_checkpoint(tmp_path / "first.pt", model)
        save_checkpoint(tmp_path / "second.pt", model)
        assert (tmp_path / "first.pt").read_bytes() == (tmp_path / "second.pt").read_bytes()

    def test_failed_save_keeps_the_older_file(self, tmp_path: Path) -> None:
        path = tmp_path / "last.pt"
        save_checkpoint(path, small_model(0))
        older = path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(older) // 2, hard))
        try:
            with pytest.raises(InputError, match=r"last\.pt"):
                save_checkpoint(path, small_model(1))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == older
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    def test_all_wrong_keys_in_one_message(self, tmp_path: Path) -> None:
        model = small_model()
        state = model.state_dict()
        del state["classifier.weight"], state["encoder.norm.bias"]
        state["projector.weight"] = torch.zeros(1)
        state["decoder.conv8.weight"] = torch.zeros(9, 8, 1, 1)
        torch.save(state, tmp_path / "other.pt")
        before = {key: value.clone() for key, value in model.state_dict().items()}
        with pytest.raises(InputError) as raised:
            load_checkpoint(tmp_path / "other.pt", model)
        message = str(raised.value)
        assert "other.pt" in message
        assert "2 missing keys (classifier.weight, encoder.norm.bias)" in message
        assert "1 unexpected key (projector.weight)" in message
        assert "1 wrongly shaped key (decoder.conv8.weight (9, 8, 1, 1) instead of" in message
        assert equal_states(model.state_dict(), before)

    def test_names_of_many_keys(self, tmp_path: Path) -> None:
        model = small_model()
        names = sorted(key for key in model.state_dict() if key.startswith("encoder.blocks."))
        state = {key: value for key, value in model.state_dict().items() if key not in names}
        torch.save(state, tmp_path / "part.pt")
        assert len(names) > 20
        with pytest.raises(InputError) as raised:
            load_checkpoint(tmp_path / "part.pt", model)
        found = f"found {len(names)} missing keys ({', '.join(names)}), expected the"
        assert found in str(raised.value)

    def test_refuses_what_is_no_state_dict(self, tmp_path: Path) -> None:
        model = small_model()
        cut, nested = tmp_path / "cut.pt", tmp_path / "nested.pt"
        save_checkpoint(cut, model)
        cut.write_bytes(cut.read_bytes()[:1000])
        torch.save({"step": 1, "model": model.state_dict()}, nested)
        text = tmp_path / "text.pt"
        text.write_text("no weights")
        empty = tmp_path / "empty.pt"
        torch.save({"step": 1, "model_state_dict": None}, empty)
        for path in (cut, nested, empty, text, tmp_path / "absent.pt"):
            with pytest.raises(InputError, match=path.name):
                load_checkpoint(path, model)

    def test_runs_no_code_of_a_file(self, tmp_path: Path) -> None:
        path, trace = tmp_path / "hostile.pt", tmp_path / "trace"
        torch.save({"weight": _Touch(trace)}, path)
        with pytest.raises(InputError, match=r"hostile\.pt"):
            load_checkpoint(path, small_model())
        assert not trace.exists()


class _Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


class TestPublishedFormats:
    """Files as the authors' program saves them, through the disk."""

    @staticmethod
    def wrapped(model: MoRe, prefix: str = "module.") -> dict[str, Tensor]:
        return {prefix + key: value for key, value in model.state_dict().items()}

    @staticmethod
    def old(model: MoRe) -> dict[str, Tensor]:
        """The model as a flat file of before 27 December 2024."""
        names = {"head_proj": "W_head", "tail_proj": "W_tail"}
        state = {}
        for key, value in model.state_dict().items():
            parts = [names.get(part, part) for part in key.split(".")]
            state[".".join(["module", *parts])] = value
        for gate, shape in {"U": (8, 16), "V": (8, 16), "W": (16, 8)}.items():
            state[f"module.graph_layer.gate_{gate}.weight"] = torch.randn(shape)
            state[f"module.graph_layer.gate_{gate}.bias"] = torch.randn(shape[0])
        return state

    @pytest.mark.parametrize("prefix", ["", "module.", "module.module."])
    def test_flat(self, tmp_path: Path, prefix: str) -> None:
        model, other = small_model(0), small_model(1)
        torch.save(self.wrapped(model, prefix), tmp_path / "voc.pth")
        load_checkpoint(tmp_path / "voc.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_every_occurrence_of_the_wrapper_is_dropped(self, tmp_path: Path) -> None:
        model, other = small_model(0), small_model(1)
        state = {
            key.replace("encoder.", "module.encoder.module."): value
            for key, value in model.state_dict().items()
        }
        torch.save(state, tmp_path / "voc.pth")
        load_checkpoint(tmp_path / "voc.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_beside_the_optimizers_state(self, tmp_path: Path) -> None:
        model, other = small_model(0), small_model(1)
        optimizer = torch.optim.AdamW(model.parameters())
        model(torch.randn(1, 3, 32, 32)).class_logits.sum().backward()
        optimizer.step()
        content = {
            "step": 80000,
            "model_state_dict": self.wrapped(model),
            "optimizer_state_dict": optimizer.state_dict(),
            "lr": 6e-5,
        }
        torch.save(content, tmp_path / "coco.pth")
        load_checkpoint(tmp_path / "coco.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_key_with_and_without_the_wrapper(self, tmp_path: Path) -> None:
        state = self.wrapped(small_model()) | {"classifier.weight": torch.zeros(3, 16, 1, 1)}
        torch.save(state, tmp_path / "both.pth")
        with pytest.raises(InputError, match=r"found 74 keys, of which 73 differ by more than"):
            load_checkpoint(tmp_path / "both.pth", small_model())

    def test_old_graph(self, tmp_path: Path) -> None:
        model, other = small_model(0, LEGACY), small_model(1, LEGACY)
        torch.save(self.old(model), tmp_path / "old.pth")
        load_checkpoint(tmp_path / "old.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_old_graph_beside_the_optimizers_state(self, tmp_path: Path) -> None:
        model, other = small_model(0, LEGACY), small_model(1, LEGACY)
        content = {"step": 1, "model_state_dict": self.old(model), "lr": 0.1}
        torch.save(content | {"optimizer_state_dict": {}}, tmp_path / "old.pth")
        load_checkpoint(tmp_path / "old.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_old_graph_with_today_s_formula(self, tmp_path: Path) -> None:
        model, other = small_model(), small_model(1, replace(PROGRAM, gcr_fusion="renamed"))
        torch.save(self.old(model), tmp_path / "old.pth")
        load_checkpoint(tmp_path / "old.pth", other)
        images = torch.randn(1, 3, 64, 64)
        with torch.no_grad():
            assert torch.equal(other(images).class_tokens, model(images).class_tokens)

    @pytest.mark.parametrize("fusion", ["legacy", "renamed"])
    def test_today_s_names_with_an_older_formula(self, tmp_path: Path, fusion: str) -> None:
        """What a training with either leaves behind is read by the run that made it."""
        model, other = (small_model(n, replace(PROGRAM, gcr_fusion=fusion)) for n in range(2))
        torch.save(self.wrapped(model), tmp_path / "new.pth")
        load_checkpoint(tmp_path / "new.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    @pytest.mark.parametrize("fusion", ["program", "paper"])
    def test_old_graph_asks_for_its_formula(self, tmp_path: Path, fusion: str) -> None:
        torch.save(self.old(small_model()), tmp_path / "old.pth")
        model = small_model(1, replace(PROGRAM, gcr_fusion=fusion))
        before = {key: value.clone() for key, value in model.state_dict().items()}
        with pytest.raises(InputError) as raised:
            load_checkpoint(tmp_path / "old.pth", model)
        assert str(raised.value) == (
            f"{tmp_path / 'old.pth'}: found a graph block with the names of before 27 December"
            f" 2024 (graph_layer.W_head, W_tail or gate_*) and gcr_fusion {fusion}, expected"
            " gcr_fusion legacy, the formula of the first release, or renamed, today's formula,"
            " which the last version with these names had; state in the run's formulation the one"
            " that the file was trained with, or give a newer checkpoint."
        )
        assert equal_states(model.state_dict(), before)

    def test_own_checkpoint_of_the_old_formula(self, tmp_path: Path) -> None:
        """This pipeline always saves the present names."""
        model, other = small_model(0, LEGACY), small_model(1, LEGACY)
        save_checkpoint(tmp_path / "own.pt", model)
        load_checkpoint(tmp_path / "own.pt", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_old_graph_with_other_gates(self, tmp_path: Path) -> None:
        state = self.old(small_model())
        state["module.graph_layer.gate_V.weight"] = torch.zeros(16, 8)
        del state["module.graph_layer.gate_W.bias"], state["module.graph_layer.W_head.weight"]
        state["module.graph_layer.head_proj.weight"] = torch.zeros(16, 16)
        torch.save(state, tmp_path / "old.pth")
        with pytest.raises(InputError) as raised:
            load_checkpoint(tmp_path / "old.pth", small_model(1, LEGACY))
        message = str(raised.value)
        assert "2 missing keys (graph_layer.W_head.weight, graph_layer.gate_W.bias)" in message
        assert "1 unexpected key (graph_layer.head_proj.weight)" in message
        assert "graph_layer.gate_V.weight (16, 8) instead of (8, 16)" in message


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value.to_sparse(),
        lambda value: value.to(torch.complex64),
        lambda value: value.to(torch.int8),
    ],
)
def test_tensors_of_another_kind_are_refused(
    tmp_path: Path, spoil: Callable[[Tensor], Tensor]
) -> None:
    path = tmp_path / "odd.pth"
    torch.save({"classifier.weight": spoil(torch.ones(2, 2))}, path)
    with pytest.raises(InputError, match="found classifier.weight as a tensor of"):
        named_tensors(path, read_file(path))
