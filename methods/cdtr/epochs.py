"""How long an epoch of repeated augmentation is, known before a batch is drawn.

And so how many iterations a run has, and behind which of them a checkpoint is written.
"""

from dataclasses import dataclass

from methods.cdtr.settings import TrainingSettings


@dataclass(frozen=True)
class EpochPlan:
    """Repeated augmentation over data-parallel processes, as the published program has it.

    An epoch is a list: a permutation of the images, each `repeats` times in a row. Process r of W
    takes every W-th entry from r on, cut so that all of them together have as many draws as the
    largest multiple of `round_to` among the images; what does not fill its last batch is left out.
    """

    images: int  # N
    repeats: int
    round_to: int
    processes: int  # W
    batch_size: int  # B, of one process

    @property
    def draws(self) -> int:
        """Draws that a process has in an epoch, before its last batch is left out."""
        return self.images // self.round_to * self.round_to // self.processes

    @property
    def iterations(self) -> int:
        """Whole batches that a process has in an epoch."""
        return self.draws // self.batch_size

    @property
    def shown_by_each(self) -> int:
        """Views that a process shows in an epoch."""
        return self.iterations * self.batch_size

    @property
    def shown(self) -> int:
        """Views that all processes show in an epoch; they are the first entries of its list."""
        return self.shown_by_each * self.processes

    @property
    def distinct(self) -> int:
        """Different images that an epoch shows."""
        return -(-self.shown // self.repeats)


def plan_epochs(images: int, settings: TrainingSettings) -> EpochPlan:
    """Plan the epochs of a run over a split of so many images."""
    return EpochPlan(
        images=images,
        repeats=settings.sampler.repeats,
        round_to=settings.sampler.round_to,
        processes=settings.emulate_processes,
        batch_size=settings.batch_size,
    )


def written_iterations(images: int, settings: TrainingSettings) -> list[int]:
    """After how many iterations a training writes a checkpoint, in order; the last is its end."""
    every, epochs = settings.checkpoint_every, settings.epochs
    written = sorted({*range(every, epochs + 1, every), epochs})
    return [epoch * plan_epochs(images, settings).iterations for epoch in written]
