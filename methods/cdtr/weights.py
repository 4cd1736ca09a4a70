"""Weights of CDTR: a plain ViT's to start from, and checkpoints."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from methods.cdtr.network import CDTR
from methods.errors import InputError
from methods.weights.state_dicts import named_tensors, read_file, require, save_state, shapes

_ENCODER = ("cls_token", "pos_embed", "patch_embed.", "blocks.", "norm.")
_HEAD = ("head.weight", "head.bias")
# Keys of the conference version, CATR, whose networks have no SKI and four learned weights.
_CATR = ("att_layer.down.", "att_layer.up.")
_LEARNED = "AutomaticWeightedLoss.params"


def load_backbone(model: CDTR, path: Path) -> None:
    """Start a model from a plain ViT's weights; what a plain ViT lacks stays as it is.

    The file is a state dict with timm's keys, or a dict with one under "model", as DeiT's files
    are. Its `head.weight` and `head.bias` are dropped. As in the published program, one of the
    model's own shape is kept unless the formulation's `head_bias` says otherwise: a linear
    classifier of as many classes has the bias, but not the weight, of the model's convolution.

    Raises:
        InputError: the file holds no state dict, or not that of a ViT of the model's sizes.
    """
    state = _state_dict(path)
    own = shapes(model.state_dict())
    expected = {key: shape for key, shape in own.items() if key.startswith(_ENCODER)}
    body = {key: value for key, value in state.items() if key not in _HEAD}
    require(path, body, expected, "give weights of a plain ViT of the sizes in `network`")
    if model.formulation.head_bias == "program":
        body |= {key: state[key] for key in _HEAD if key in state and state[key].shape == own[key]}
    model.load_state_dict(model.state_dict() | body)


def save_checkpoint(path: Path, model: CDTR) -> str:
    """Write a model's state dict, whole or not at all; equal weights give equal bytes.

    Returns:
        Its SHA-256.
    """
    return save_state(path, model)


def load_checkpoint(path: Path, model: CDTR) -> None:
    """Load a checkpoint of the same network, of this pipeline or of the published program.

    The latter's lies under "model", beside the states of optimizer and schedule and the program's
    arguments.

    Raises:
        InputError: the file holds no state dict, or not every key of the model in its shape and
            no other key; or it holds objects that are loaded by running code.
    """
    state = _state_dict(path)
    _refuse_catr(path, state)
    require(
        path,
        state,
        shapes(model.state_dict()),
        "give a checkpoint of the network that the settings describe",
    )
    model.load_state_dict(state)


def _state_dict(path: Path) -> dict[str, Tensor]:
    """The state dict of a file, flat or under "model"."""
    content = read_file(path, allowed=(Namespace,))
    if isinstance(content, Mapping) and "model" in content:
        content = content["model"]
    return named_tensors(path, content)


def _refuse_catr(path: Path, state: Mapping[str, Tensor]) -> None:
    old = sorted(key for key in state if key.startswith(_CATR))
    learned = state.get(_LEARNED)
    four = learned is not None and learned.shape == (4,)
    if old or four:
        parts = [f"keys of CATR such as {old[0]}"] if old else []
        parts += [f"four learned weights in {_LEARNED}"] if four else []
        raise InputError(
            path,
            " and ".join(parts),
            "a checkpoint of CDTR, with att_layer.down_1.*, att_layer.up_1.* and five learned"
            " weights",
            "give one of CDTR; CATR, its conference version, is another network",
        )
