"""State dicts out of files, and their keys and shapes held to those of a network."""

import pickle
import re
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from methods.data.disk import require_room
from methods.data.files import atomic_path
from methods.data.read_back import HashedStream, require_written
from methods.errors import InputError

_COUNTER = "num_batches_tracked"  # of a batch normalisation, the one kind of whole number

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


def save_state(path: Path, model: nn.Module) -> str:
    """Write a model's state dict, whole or not at all; equal weights give equal bytes.

    Returns:
        Its SHA-256.
    """
    state = {key: value.cpu() for key, value in model.state_dict().items()}
    return write_state(path, state)


def write_state(path: Path, state: Mapping[str, Any]) -> str:
    """Write tensors and plain values, whole or not at all, and read them back.

    Args:
        path: The file.
        state: Tensors by name; or mappings and lists of tensors and plain values.

    Returns:
        The file's SHA-256.

    Raises:
        InputError: There is no room for the file, it cannot be written, or what is read back is not
            what was written.
    """
    needed = _bytes(state)
    require_room(path, needed)
    # torch writes the name of a file that it opens itself into the archive, the temporary one here.
    with atomic_path(path, needed) as temporary:
        with HashedStream(temporary) as stream:
            try:
                torch.save(state, stream)
            except RuntimeError as error:  # which hides that the disk is full
                if isinstance(error.__context__, OSError):
                    raise error.__context__ from error
                raise
        require_written(temporary, path, stream.sha256)
    return stream.sha256


def _bytes(state: object) -> int:
    """Of all tensors in it."""
    if isinstance(state, Tensor):
        return state.nbytes
    if isinstance(state, Mapping):
        return sum(map(_bytes, state.values()))
    return sum(map(_bytes, state)) if isinstance(state, list | tuple) else 0


def read_file(path: Path, allowed: Iterable[type] = ()) -> object:
    """What torch saved in a file: tensors and plain values on the CPU, no code of the file's.

    Args:
        path: The file.
        allowed: Classes whose objects it may hold besides, harmless ones.

    Raises:
        InputError: there is no such file, torch does not load it, or it holds objects of a class
            that is not allowed.
    """
    try:
        with torch.serialization.safe_globals(list(allowed)):
            content: object = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(
            path, f"no readable file ({error.strerror})", "a torch state dict", "check the path"
        ) from error
    except _NO_STATE as error:
        if refused := re.search(r"[Uu]nsupported (?:global: )?GLOBAL (\S+)", str(error)):
            raise InputError(
                path,
                f"a pickled {refused[1]}, which is loaded by running code that the file names",
                "tensors and plain values",
                "if you trust whoever made the file, load it once with weights_only=False and save"
                ' its state dict, such as checkpoint["model"], alone',
            ) from error
        raise InputError(
            path,
            f"a file that torch does not load ({type(error).__name__})",
            "a whole file with tensors alone",
            "make or fetch the file again",
        ) from error
    return content


def named_tensors(path: Path, content: object) -> dict[str, Tensor]:
    """The content of a file as a flat state dict.

    Raises:
        InputError: it is anything but names and dense tensors of floating-point numbers, or of
            int64 where a batch normalisation counts its batches.
    """
    if not isinstance(content, Mapping) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise InputError(
            path,
            f"a {type(content).__name__} that is not made of named tensors",
            "a flat torch state dict",
            "save the model's state dict alone",
        )
    for key, value in content.items():
        if value.layout != torch.strided or value.is_meta or not _is_of_its_kind(key, value):
            raise InputError(
                path,
                f"{key} as a tensor of {value.dtype}, {value.layout}, on {value.device}",
                "dense tensors of floating-point numbers",
                "save the model's state dict as the network holds it",
            )
    return dict(content)


def _is_of_its_kind(key: str, value: Tensor) -> bool:
    if key.rpartition(".")[2] == _COUNTER:
        return value.dtype == torch.int64
    return value.is_floating_point()


def shapes(state: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    """The shape of every tensor."""
    return {key: value.shape for key, value in state.items()}


def require(
    path: Path, state: Mapping[str, Tensor], expected: Mapping[str, torch.Size], remedy: str
) -> None:
    """Hold a state dict to the keys and shapes of a network.

    Raises:
        InputError: keys are missing, unexpected or of another shape; it names every one.
    """
    shared = state.keys() & expected.keys()
    reshaped = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(expected[key])}"
        for key in shared
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


def _count(kind: str, items: Iterable[str]) -> str:
    """Such as "2 missing keys (a, b)", or nothing."""
    names = sorted(items)
    plural = "s" if len(names) > 1 else ""
    return f"{len(names)} {kind} key{plural} ({', '.join(names)})" if names else ""
