"""The order in which training sees images."""

import numpy as np
import pytest
import torch

from methods.errors import InputError
from methods.more.batches import BatchSampler


def test_a_pass_shows_every_image_once_and_drops_the_rest() -> None:
    batches = list(BatchSampler(images=10, batch_size=3, iterations=6, seed=0))
    first, second = batches[:3], batches[3:]
    for one_pass in (first, second):
        positions = [position for batch in one_pass for position, _ in batch]
        assert len(set(positions)) == 9
    assert first != second


def test_the_order_depends_on_the_seed_alone() -> None:
    def draw(seed: int) -> list:
        return list(BatchSampler(images=20, batch_size=4, iterations=12, seed=seed))

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)


def test_epoch_numbers_are_those_of_the_published_program() -> None:
    epochs = np.random.RandomState(0)
    assert [epochs.randint(20000) for _ in range(4)] == [2732, 10799, 9845, 19648]
    order = torch.randperm(10, generator=torch.Generator().manual_seed(2732)).tolist()
    batches = list(BatchSampler(images=10, batch_size=5, iterations=20000, seed=0))
    assert [position for batch in batches[:2] for position, _ in batch] == order


def test_every_view_has_its_own_seed() -> None:
    seeds = [seed for batch in BatchSampler(8, 4, 50, 0) for _, seed in batch]
    assert len(set(seeds)) == 200


def test_a_split_smaller_than_a_batch_is_refused() -> None:
    with pytest.raises(InputError, match="3 images, expected at least one batch of 4"):
        BatchSampler(images=3, batch_size=4, iterations=1, seed=0)
