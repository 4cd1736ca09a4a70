"""Arrays computed once with the authors' published programs, and the weights they used."""

import os
import zlib
from pathlib import Path
from typing import Any

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


def golden(name: str, method: str = "more") -> dict[str, np.ndarray[Any, Any]]:
    """Arrays of one golden file, such as "gca"; skips the test where the file is absent.

    The folder is the environment variable GOLDEN_DIR, or `shared/golden` beside the repository.
    """
    folder = Path(os.environ.get("GOLDEN_DIR") or REPOSITORY.parent / "shared" / "golden")
    path = folder / method / f"{name}.npz"
    if not path.is_file():
        pytest.skip(f"no golden data: {path} does not exist (set GOLDEN_DIR to its folder)")
    with np.load(path) as arrays:
        return dict(arrays)


def golden_tensors(name: str, method: str = "more") -> dict[str, Tensor]:
    """Like `golden`, as tensors of the same dtypes."""
    return {key: torch.from_numpy(value) for key, value in golden(name, method).items()}


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
