"""The batches of a training, shared out among its processes and loaded by workers."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch.utils.data import DataLoader, Sampler

from methods.training.dataset import Draw, ImageLabelDataset
from methods.training.processes import Processes
from methods.training.signals import leave_to_parent


class Share(Sampler[list[Draw]]):
    """What one of several processes gets of every batch: each n-th image, as torch deals them out.

    Together, the shares of an iteration are the batch of a training with one process.
    """

    def __init__(self, sampler: Sampler[list[Draw]], processes: Processes) -> None:
        self.sampler = sampler
        self.processes = processes

    def __iter__(self) -> Iterator[list[Draw]]:
        rank, count = self.processes.rank, self.processes.count
        return (batch[rank::count] for batch in self.sampler)


class Turns(Sampler[list[Draw]]):
    """The batches that one of several processes takes where an iteration has several.

    It takes as many in a row as the others.
    """

    def __init__(
        self, sampler: Sampler[list[Draw]], an_iteration: int, processes: Processes
    ) -> None:
        self.sampler = sampler
        self.an_iteration = an_iteration
        self.processes = processes

    def __iter__(self) -> Iterator[list[Draw]]:
        own, rank = self.an_iteration // self.processes.count, self.processes.rank
        for number, batch in enumerate(self.sampler):
            if number % self.an_iteration // own == rank:
                yield batch


class Rest(Sampler[list[Draw]]):
    """The batches of a sampler behind the first ones, which are drawn but not loaded."""

    def __init__(self, sampler: Sampler[list[Draw]], skipped: int) -> None:
        self.sampler = sampler
        self.skipped = skipped

    def __iter__(self) -> Iterator[list[Draw]]:
        return islice(iter(self.sampler), self.skipped, None)


def load_batches(
    dataset: ImageLabelDataset, sampler: Sampler[list[Draw]], workers: int, skipped: int
) -> DataLoader[Any]:
    """Load the batches of a sampler.

    Args:
        dataset: of the images.
        sampler: of all batches of the training; it draws the same ones each time.
        workers: processes that load; they change nothing.
        skipped: how many batches an earlier attempt has seen.
    """
    return DataLoader(
        dataset,
        batch_sampler=Rest(sampler, skipped),
        num_workers=workers,
        worker_init_fn=leave_to_parent if workers else None,
    )
