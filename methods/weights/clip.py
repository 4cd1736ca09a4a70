"""CLIP's two towers, from a file on this machine, as constants."""

import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from methods.errors import InputError
from methods.torch_compat import define_missing_operators
from methods.weights.clip_networks import CLIP, build_clip
from methods.weights.state_dicts import named_tensors, read_file, require, shapes

define_missing_operators()

from open_clip.tokenizer import SimpleTokenizer  # noqa: E402

_TEXTS_AT_ONCE = 64
# What OpenAI's archives hold beside the weights; the shapes of the weights say the same.
_ARCHIVED_SIZES = ("input_resolution", "context_length", "vocab_size")


class ClipTowers:
    """CLIP's image and text towers: in evaluation mode, without gradients of their own."""

    def __init__(self, model: CLIP) -> None:
        self._model = model.eval().requires_grad_(False)
        self._context_length: int = model.context_length

    def encode_image(self, pixels: Tensor) -> Tensor:
        """Features (N, E) of pixels float32 (N, 3, S, S); a gradient reaches the pixels.

        S is the image size of the network.
        """
        features: Tensor = self._model.encode_image(pixels)
        return features

    @torch.no_grad()
    def text_table(self, names: Sequence[str], template: str) -> Tensor:
        """Features float32 (C, E) of a template, such as "a photo of {name}.", with every name.

        Raises:
            InputError: a text is longer than the text tower takes.
        """
        words = tokens([template.format(name=name) for name in names], self._context_length)
        device = next(self._model.parameters()).device
        encoded = [self._model.encode_text(part) for part in words.to(device).split(_TEXTS_AT_ONCE)]
        return torch.cat(encoded)


def tokens(texts: Sequence[str], length: int) -> Tensor:
    """Texts as numbers of CLIP's words, int64 (n, length), zero behind the end.

    Raises:
        InputError: a text is longer; open_clip itself would cut it off.
    """
    tokenizer = _tokenizer()
    for text in texts:
        found = len(tokenizer.encode(text)) + 2
        if found > length:
            raise InputError(
                "classes",
                f"the prompt {text!r} of {found} tokens",
                f"at most {length} tokens, the length of CLIP's texts",
                "shorten the name of the class",
            )
    encoded: Tensor = tokenizer(list(texts), context_length=length)
    return encoded


@cache
def _tokenizer() -> SimpleTokenizer:
    return SimpleTokenizer()


def load_clip(
    path: Path, network: Mapping[str, Any], device: torch.device | str = "cpu"
) -> ClipTowers:
    """The towers with the weights of a file, in float32.

    Args:
        path: a TorchScript archive as OpenAI publishes it, or a plain state dict.
        network: as for `build_clip`.
        device: that the towers are to be on.

    Raises:
        InputError: the file is missing or neither of the two, or of another network.
    """
    model = build_clip(network)
    state = _archived_state(path) if _is_torchscript(path) else read_file(path)
    weights = named_tensors(path, state)
    expected = shapes(model.state_dict())
    require(path, weights, expected, "give the weights of the network that the settings describe")
    model.load_state_dict(weights)
    return ClipTowers(model.to(device))


def _is_torchscript(path: Path) -> bool:
    """Whether a file is an archive that holds a program beside tensors."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _archived_state(path: Path) -> dict[str, Tensor]:
    """The weights in a TorchScript archive, half precision and all as they are.

    torch loads such an archive as a whole or not at all. Loading compiles the archive's program,
    which consists of torch's operators and can run no Python, and runs none of it but a
    `__setstate__`, where a module brings one. We run nothing of it: the weights are copied out,
    and the network that they are put into is open_clip's. The file's SHA-256 is held to the
    publisher's before, when the weights are found.

    Raises:
        InputError: torch does not load it.
    """
    try:
        archive = torch.jit.load(path, map_location="cpu")
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(
            path,
            f"an archive that torch does not load ({type(error).__name__})",
            "a TorchScript archive of CLIP",
            "fetch the file again",
        ) from error
    return {key: value for key, value in archive.state_dict().items() if key not in _ARCHIVED_SIZES}
