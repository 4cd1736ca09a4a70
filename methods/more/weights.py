"""Weights of MoRe: a plain ViT's to start from, and checkpoints."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from methods.errors import InputError
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.weights.state_dicts import named_tensors, read_file, require, save_state, shapes

_WRAPPER = "module."  # what the published program's distributed wrapper puts before keys
# Names of the graph block before 27 December 2024, which also had gates that nothing read.
_OLD_GRAPH_NAMES = {
    "graph_layer.head_proj.": "graph_layer.W_head.",
    "graph_layer.tail_proj.": "graph_layer.W_tail.",
}
_OLD_GATES = "graph_layer.gate_"


def convert_backbone(
    state: Mapping[str, Tensor], settings: NetworkSettings, num_classes: int
) -> dict[str, Tensor]:
    """Turn a plain ViT's weights into those of MoRe's encoder.

    The one class token and its position are repeated for every register and class token, so the
    class tokens start out identical. The registers' positions are then drawn anew from a normal
    distribution of mean 0 and standard deviation 1, truncated at 2, by torch's global generator of
    the CPU. The head is dropped.

    Args:
        state: timm's keys; `cls_token` (1, 1, D), `pos_embed` (1, 1 + N, D).
        settings: Of the network to start.
        num_classes: C, foreground classes.

    Returns:
        State dict for `MoRe.encoder`, without `head`.
    """
    converted = {key: value for key, value in state.items() if not key.startswith("head.")}
    tokens = settings.registers + num_classes
    positions = state["pos_embed"]
    registers = torch.empty(1, settings.registers, positions.shape[-1])
    nn.init.trunc_normal_(registers, std=1.0, a=-2.0, b=2.0)
    classes = positions[:, :1].expand(-1, num_classes, -1)
    converted["cls_token"] = state["cls_token"].repeat(1, tokens, 1)
    converted["pos_embed"] = torch.cat((registers, classes, positions[:, 1:]), dim=1)
    return converted


def load_backbone(model: MoRe, path: Path) -> None:
    """Start the encoder of a model from a plain ViT's weights; the other parts stay as they are.

    Raises:
        InputError: the file holds no state dict, or not that of a ViT of the model's sizes.
    """
    state = named_tensors(path, read_file(path))
    encoder = model.encoder.state_dict()
    head = {key: value for key, value in encoder.items() if key.startswith("head.")}
    positions, width = encoder["pos_embed"].shape[1:]
    expected = {key: value.shape for key, value in encoder.items() if key not in head}
    expected["cls_token"] = torch.Size((1, 1, width))
    expected["pos_embed"] = torch.Size((1, 1 + positions - model.encoder.num_tokens, width))
    body = {key: value for key, value in state.items() if not key.startswith("head.")}
    require(path, body, expected, "give weights of a plain ViT of the sizes in `network`")
    converted = convert_backbone(body, model.settings, model.num_classes)
    model.encoder.load_state_dict(converted | head)


def save_checkpoint(path: Path, model: MoRe) -> str:
    """Write a model's state dict, whole or not at all; equal weights give equal bytes.

    Returns:
        Its SHA-256.
    """
    return save_state(path, model)


def load_checkpoint(path: Path, model: MoRe) -> None:
    """Load a checkpoint of the same network, of this pipeline or of the published program.

    The latter's keys carry the "module." of a distributed wrapper, and may lie in a dict beside
    the optimizer's state. Files of before 27 December 2024 have other names in the graph block.
    Versions with these names had two formulas, and a file does not tell which: it loads where the
    model's formulation names one of the two, by `gcr_fusion` legacy or renamed.

    Raises:
        InputError: the file holds no state dict, or not every key of the model in its shape and
            no other key; or its graph block has the older names and the formulation does not say
            which formula it had.
    """
    state = _unwrapped(path)
    names = {key: key for key in model.state_dict()}
    expected = shapes(model.state_dict())
    if _has_old_graph(state):
        _require_stated_formula(path, model)
        names = {key: _old_name(key) for key in names}
        expected = {names[key]: shape for key, shape in expected.items()}
        expected |= _old_gates(model.settings.width)
    require(path, state, expected, "give a checkpoint of the network that the settings describe")
    model.load_state_dict({key: state[name] for key, name in names.items()})


def _unwrapped(path: Path) -> dict[str, Tensor]:
    """The state dict of a checkpoint file, without the wrapper's parts of its keys."""
    content = read_file(path)
    if isinstance(content, Mapping) and "model_state_dict" in content:
        content = content["model_state_dict"]
    wrapped = named_tensors(path, content)
    state = {key.replace(_WRAPPER, ""): value for key, value in wrapped.items()}
    if len(state) < len(wrapped):
        raise InputError(
            path,
            f"{len(wrapped)} keys, of which {len(state)} differ by more than {_WRAPPER!r}",
            "one network's state dict",
            "save the model's state dict alone",
        )
    return state


def _has_old_graph(state: Mapping[str, Tensor]) -> bool:
    return any(key.startswith((*_OLD_GRAPH_NAMES.values(), _OLD_GATES)) for key in state)


def _require_stated_formula(path: Path, model: MoRe) -> None:
    stated = model.formulation.gcr_fusion
    if stated not in ("legacy", "renamed"):
        raise InputError(
            path,
            "a graph block with the names of before 27 December 2024 (graph_layer.W_head, W_tail"
            f" or gate_*) and gcr_fusion {stated}",
            "gcr_fusion legacy, the formula of the first release, or renamed, today's formula,"
            " which the last version with these names had",
            "state in the run's formulation the one that the file was trained with, or give a"
            " newer checkpoint",
        )


def _old_name(key: str) -> str:
    for name, old in _OLD_GRAPH_NAMES.items():
        key = key.replace(name, old)
    return key


def _old_gates(width: int) -> dict[str, torch.Size]:
    """Keys and shapes of the older graph block's unread gates."""
    half = width // 2
    gates = {"U": (half, width), "V": (half, width), "W": (width, half)}
    return {
        f"{_OLD_GATES}{gate}.{part}": torch.Size(shape)
        for gate, (outputs, inputs) in gates.items()
        for part, shape in (("weight", (outputs, inputs)), ("bias", (outputs,)))
    }
