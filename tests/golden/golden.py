"""Arrays computed once with the authors' published programs, and the weights they used."""

import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from methods.more.settings import NetworkSettings

REPOSITORY = Path(__file__).parents[2]


# The network that the recorded weights, maps and training steps belong to.
TINY = NetworkSettings(
    patch_size=16,
    width=32,
    depth=4,
    heads=4,
    pretrained_size=224,
    registers=4,
    auxiliary_layer=-3,
    neighbour_ratio=0.5,
    decoder_width=512,
    decoder_dilation=5,
)


Array = np.ndarray[Any, Any]
ValueT = TypeVar("ValueT")

# Of each file that was opened, (method, name): the arrays that a test has read.
read_arrays: dict[tuple[str, str], set[str]] = {}


class GoldenArrays(Mapping[str, ValueT], Generic[ValueT]):
    """The arrays of one golden file by name; `remember` hears the name of every array read."""

    def __init__(
        self,
        arrays: Mapping[str, Array],
        convert: Callable[[Array], ValueT],
        remember: Callable[[str], None],
    ) -> None:
        self._arrays = arrays
        self._convert = convert
        self._remember = remember
        self._converted: dict[str, ValueT] = {}

    def __getitem__(self, key: str) -> ValueT:
        if key not in self._converted:
            self._converted[key] = self._convert(self._arrays[key])
            self._remember(key)
        return self._converted[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def part(self, prefix: str) -> "GoldenArrays[ValueT]":
        """Those whose names begin with a prefix, which they lose."""
        arrays = {
            key.removeprefix(prefix): value
            for key, value in self._arrays.items()
            if key.startswith(prefix)
        }
        return GoldenArrays(arrays, self._convert, lambda key: self._remember(prefix + key))


def golden_folder(method: str = "more") -> Path:
    """Where a method's golden files lie; skips the test where the folder is absent.

    It is in the environment variable GOLDEN_DIR, or in `shared/golden` beside the repository.
    """
    base = Path(os.environ.get("GOLDEN_DIR") or REPOSITORY.parent / "shared" / "golden")
    folder = base / method
    if not folder.is_dir():
        pytest.skip(f"no golden data: {folder} does not exist (set GOLDEN_DIR to its parent)")
    return folder


def golden(name: str, method: str = "more") -> GoldenArrays[Array]:
    """Arrays of one golden file, such as "gca"; skips the test where the folder is absent."""
    return _open(name, method, np.asarray)


def golden_tensors(name: str, method: str = "more") -> GoldenArrays[Tensor]:
    """Like `golden`, as tensors of the same dtypes."""
    return _open(name, method, torch.from_numpy)


def _open(name: str, method: str, convert: Callable[[Array], ValueT]) -> GoldenArrays[ValueT]:
    with np.load(golden_folder(method) / f"{name}.npz") as arrays:
        read = read_arrays.setdefault((method, name), set())
        return GoldenArrays(dict(arrays), convert, read.add)


def recipe_weight(key: str, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """The float32 weight that golden data used for a state-dict key, prefix included."""
    seed = zlib.crc32(key.encode())
    z = np.random.RandomState(seed).standard_normal(shape)
    if "norm" in key and key.endswith(".weight"):
        weight = 1 + 0.1 * z
    elif len(shape) == 1:
        weight = 0.02 * z
    elif key.endswith(("cls_token", "pos_embed")):
        weight = 0.2 * z
    else:
        weight = z / np.sqrt(np.prod(shape[1:]))
    return weight.astype(np.float32)


def load_recipe(module: nn.Module, prefix: str = "") -> None:
    """Fill a module with recipe weights; `prefix` stands before its keys."""
    module.load_state_dict(
        {
            key: torch.from_numpy(recipe_weight(prefix + key, tuple(value.shape)))
            for key, value in module.state_dict().items()
        }
    )


def random_array(seed: int, *shape: int) -> np.ndarray[Any, Any]:
    """The float32 normal values that golden data calls rnd(seed, *shape)."""
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)


def relative_error(found: Any, expected: Any) -> float:
    """Largest difference, relative to the largest expected magnitude (absolute if that is 0)."""
    computed, reference = (
        (value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)).astype(
            np.float64
        )
        for value in (found, expected)
    )
    assert computed.shape == reference.shape
    scale = float(np.abs(reference).max())
    difference = float(np.abs(computed - reference).max())
    return difference / scale if scale > 0 else difference
