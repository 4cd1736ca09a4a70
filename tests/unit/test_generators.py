"""The global generators of random numbers, put where they stood."""

import random
from pathlib import Path

import numpy as np
import torch

from methods.training.generators import generator_states, set_generator_states
from methods.training.seeding import seed_everything


def numbers() -> list[float]:
    """Of each generator; the normal ones are drawn in pairs, of which one is kept for later."""
    drawn = [torch.rand(()).item(), np.random.rand(), np.random.standard_normal()]  # noqa: NPY002
    return [*drawn, random.random(), random.gauss(0, 1)]


def test_generators_go_on_from_a_file(tmp_path: Path) -> None:
    seed_everything(5)
    numbers()
    torch.save(generator_states(), tmp_path / "states.pt")
    expected = [numbers() for _ in range(3)]
    assert expected[0] != expected[1]
    seed_everything(6)
    set_generator_states(torch.load(tmp_path / "states.pt", weights_only=True))
    assert [numbers() for _ in range(3)] == expected
