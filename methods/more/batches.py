"""Which images make up which batch of MoRe's training."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import Sampler

from methods.errors import InputError
from methods.training.dataset import Draw


class BatchSampler(Sampler[list[Draw]]):
    """Batches for a fixed number of iterations, in the published program's order.

    Each pass permutes the whole set with an epoch number drawn at random; the images left over
    at its end are dropped. The order depends on the seed alone, not on workers.
    """

    def __init__(self, images: int, batch_size: int, iterations: int, seed: int) -> None:
        """Raises InputError if the set holds less than one batch."""
        if images < batch_size:
            raise InputError(
                "training split",
                f"{images} images",
                f"at least one batch of {batch_size}",
                "lower batch_size",
            )
        self.images = images
        self.batch_size = batch_size
        self.iterations = iterations
        self.seed = seed

    def __len__(self) -> int:
        return self.iterations

    def __iter__(self) -> Iterator[list[Draw]]:
        order: list[int] = []
        epochs = np.random.RandomState(self.seed)
        views = np.random.default_rng(self.seed)
        for _ in range(self.iterations):
            if len(order) < self.batch_size:
                epoch = int(epochs.randint(self.iterations))
                generator = torch.Generator().manual_seed(epoch)
                order = torch.randperm(self.images, generator=generator).tolist()
            batch, order = order[: self.batch_size], order[self.batch_size :]
            yield [(position, int(views.integers(2**62))) for position in batch]
