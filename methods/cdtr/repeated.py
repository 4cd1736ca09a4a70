"""Repeated augmentation: each image several times in a row, shared out among processes."""

from collections.abc import Collection, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Sampler

from methods.cdtr.epochs import EpochPlan
from methods.errors import InputError
from methods.training.dataset import Draw


class RepeatedBatches(Sampler[list[Draw]]):
    """The batches of W emulated processes for a number of epochs, in the published order.

    W batches in a row, of process 0 to W - 1, make up one iteration. Which images a process draws
    depends on the epoch alone, as in the published program; their views depend on the seed.
    Neither depends on the workers that load them.
    """

    def __init__(self, plan: EpochPlan, epochs: int, set_epoch: bool, seed: int) -> None:
        """Plan the batches.

        Args:
            plan: of every epoch.
            epochs: to draw.
            set_epoch: whether each epoch has a permutation of its own; if not, all repeat the first
                one, as where the published program runs as a single process.
            seed: of the views.

        Raises:
            InputError: an epoch does not hold one iteration.
        """
        if plan.iterations == 0:
            raise InputError(
                "training split",
                f"{plan.images} images, {plan.draws} draws of a process in an epoch",
                f"at least one batch of {plan.batch_size}",
                "lower batch_size, emulate_processes or sampler.round_to",
            )
        self.plan = plan
        self.epochs = epochs
        self.set_epoch = set_epoch
        self.seed = seed

    def __len__(self) -> int:
        return self.epochs * self.plan.iterations * self.plan.processes

    def __iter__(self) -> Iterator[list[Draw]]:
        views = np.random.default_rng(self.seed)
        for epoch in range(self.epochs):
            shown = self.positions(epoch)
            for first in range(0, shown.shape[1], self.plan.batch_size):
                for batch in shown[:, first : first + self.plan.batch_size]:
                    seeds = views.integers(2**62, size=len(batch))
                    yield list(zip(batch.tolist(), seeds.tolist(), strict=True))

    def positions(self, epoch: int) -> NDArray[np.int64]:
        """Positions in the data set that the processes draw in an epoch, int64 (W, draws)."""
        return drawn(self.plan, epoch if self.set_epoch else 0)[:, : self.plan.shown_by_each]

    def distinct_after(self, epochs: Collection[int]) -> dict[int, int]:
        """How many different images were shown by the end of so many epochs, for each number."""
        seen = np.zeros(self.plan.images, dtype=bool)
        after: dict[int, int] = {}
        for epoch in range(max(epochs)):
            seen[self.positions(epoch)] = True
            if epoch + 1 in epochs:
                after[epoch + 1] = int(seen.sum())
        return after


def drawn(plan: EpochPlan, seed: int) -> NDArray[np.int64]:
    """Positions that W processes are given by the permutation of a seed, int64 (W, draws)."""
    order = torch.randperm(plan.images, generator=torch.Generator().manual_seed(seed))
    repeated = order.repeat_interleave(plan.repeats)[: plan.draws * plan.processes]
    positions: NDArray[np.int64] = repeated.view(plan.draws, plan.processes).T.numpy()
    return positions
