"""Settings that make a training other than it looks, unless the run says that they are meant."""

from collections.abc import Iterator

from methods.cdtr.epochs import plan_epochs
from methods.cdtr.schedule import peak_rate
from methods.cdtr.settings import TrainingSettings
from methods.configuration.problems import Block, Problem


def acceptance_problems(run: Block, settings: TrainingSettings, images: int) -> Iterator[Problem]:
    """What happens and is not accepted, and what is accepted and does not happen.

    Args:
        run: the run's block of the experiment.
        settings: its training.
        images: of its training split; an epoch holds at least one iteration.
    """
    happens = {
        "floor_above_peak": _floor_above_peak(settings),
        "frozen_sampler": _frozen_sampler(settings, images),
    }
    accepted = run.get("accept", [])
    for name, problem in happens.items():
        if problem is not None and name not in accepted:
            yield problem
    for name in accepted:
        if happens[name] is None:
            yield Problem(
                "accept",
                f"{name}, which does not happen in this run",
                "only what happens",
                "delete it from the list",
            )


def _floor_above_peak(settings: TrainingSettings) -> Problem | None:
    optimizer, floor = settings.optimizer, settings.schedule.floor
    batch = settings.batch_size * settings.emulate_processes
    peak = peak_rate(optimizer, batch)
    if floor <= peak:
        return None
    return Problem(
        "training.schedule.floor",
        f"a peak of {peak:g} ({optimizer.lr:g} * {batch} / {optimizer.lr_batch}), below the floor"
        f" of {floor:g}, so that the rate rises to the end",
        "a floor at or below the peak",
        "raise optimizer.lr or the batch, or say accept: [floor_above_peak], which the page then"
        " names",
    )


def _frozen_sampler(settings: TrainingSettings, images: int) -> Problem | None:
    if settings.sampler.set_epoch:
        return None
    shown = plan_epochs(images, settings).distinct
    return Problem(
        "training.sampler.set_epoch",
        f"false, so that every epoch shows the same {shown} of {images} images",
        "true, a draw of its own for every epoch",
        "set it, or say accept: [frozen_sampler], which the page then names",
    )
