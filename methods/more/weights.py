"""Weights of MoRe: a plain ViT's to start from, and checkpoints."""

import pickle
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from methods.data.files import atomic_path
from methods.errors import InputError
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings

# What torch.load raises, besides OSError, on a file that is damaged or of another kind.
_NO_STATE = (
    pickle.UnpicklingError,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
    struct.error,
)


def convert_backbone(
    state: Mapping[str, Tensor],
    settings: NetworkSettings,
    num_classes: int,
    generator: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """Turn a plain ViT's weights into those of MoRe's encoder.

    The one class token and its position are repeated for every register and class token, so the
    class tokens start out identical. The registers' positions are then drawn anew from a normal
    distribution of mean 0 and standard deviation 1, truncated at 2. The head is dropped.

    Args:
        state: timm's keys; `cls_token` (1, 1, D), `pos_embed` (1, 1 + N, D).
        settings: Of the network to start.
        num_classes: C, foreground classes.
        generator: Of the draw, on the CPU; None draws from torch's global one.

    Returns:
        State dict for `MoRe.encoder`, without `head`.
    """
    converted = {key: value for key, value in state.items() if not key.startswith("head.")}
    tokens = settings.registers + num_classes
    positions = state["pos_embed"]
    registers = torch.empty(1, settings.registers, positions.shape[-1])
    nn.init.trunc_normal_(registers, std=1.0, a=-2.0, b=2.0, generator=generator)
    classes = positions[:, :1].expand(-1, num_classes, -1)
    converted["cls_token"] = state["cls_token"].repeat(1, tokens, 1)
    converted["pos_embed"] = torch.cat((registers, classes, positions[:, 1:]), dim=1)
    return converted


def load_backbone(model: MoRe, path: Path, generator: torch.Generator | None = None) -> None:
    """Start the encoder of a model from a plain ViT's weights; the other parts stay as they are.

    Raises:
        InputError: the file holds no state dict, or not that of a ViT of the model's sizes.
    """
    state = _read_state(path)
    encoder = model.encoder.state_dict()
    head = {key: value for key, value in encoder.items() if key.startswith("head.")}
    positions, width = encoder["pos_embed"].shape[1:]
    expected = {key: value.shape for key, value in encoder.items() if key not in head}
    expected["cls_token"] = torch.Size((1, 1, width))
    expected["pos_embed"] = torch.Size((1, 1 + positions - model.encoder.num_tokens, width))
    body = {key: value for key, value in state.items() if not key.startswith("head.")}
    _require(path, body, expected, "give weights of a plain ViT of the sizes in `network`")
    converted = convert_backbone(body, model.settings, model.num_classes, generator)
    model.encoder.load_state_dict(converted | head)


def save_checkpoint(path: Path, model: MoRe) -> None:
    """Write a model's state dict, whole or not at all; equal weights give equal bytes."""
    state = {key: value.cpu() for key, value in model.state_dict().items()}
    # torch writes the name of a file that it opens itself into the archive, the temporary one here.
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        torch.save(state, stream)


def load_checkpoint(path: Path, model: MoRe) -> None:
    """Load a checkpoint of the same network, of this pipeline or of the published program.

    The latter's keys begin with "module.", which its distributed wrapper adds.

    Raises:
        InputError: the file holds no state dict, or not every key of the model in its shape and
            no other key.
    """
    state = {key.removeprefix("module."): value for key, value in _read_state(path).items()}
    expected = {key: value.shape for key, value in model.state_dict().items()}
    _require(path, state, expected, "give a checkpoint of the network that the settings describe")
    model.load_state_dict(state)


def _read_state(path: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(
            path, f"no readable file ({error.strerror})", "a torch state dict", "check the path"
        ) from error
    except _NO_STATE as error:
        raise InputError(
            path,
            f"a file that torch does not load ({type(error).__name__})",
            "a whole file with tensors alone",
            "make or fetch the file again",
        ) from error
    if not isinstance(state, Mapping) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in state.items()
    ):
        raise InputError(
            path,
            f"a {type(state).__name__} that is not made of named tensors",
            "a flat torch state dict",
            "save the model's state dict alone",
        )
    return dict(state)


def _require(
    path: Path, state: Mapping[str, Tensor], expected: Mapping[str, torch.Size], remedy: str
) -> None:
    shared = state.keys() & expected.keys()
    reshaped = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(expected[key])}"
        for key in sorted(shared)
        if state[key].shape != expected[key]
    ]
    problems = [
        _count("missing", expected.keys() - shared),
        _count("unexpected", state.keys() - shared),
        _count("wrongly shaped", reshaped),
    ]
    if any(problems):
        found = ", ".join(problem for problem in problems if problem)
        raise InputError(path, found, f"the {len(expected)} keys of the network", remedy)


def _count(kind: str, items: Iterable[str], shown: int = 5) -> str:
    """Such as "7 missing keys (a, b, c, d, e, ...)"; empty without items."""
    names = sorted(items)
    if not names:
        return ""
    more = ", ..." if len(names) > shown else ""
    plural = "s" if len(names) > 1 else ""
    return f"{len(names)} {kind} key{plural} ({', '.join(names[:shown])}{more})"
