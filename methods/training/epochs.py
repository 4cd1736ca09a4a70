"""How long an epoch of repeated augmentation is, known before a batch is drawn."""

from dataclasses import dataclass


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
