"""How many iterations a run of CDTR has, and behind which of them a checkpoint is written."""

from methods.cdtr.settings import TrainingSettings
from methods.training.epochs import EpochPlan


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
