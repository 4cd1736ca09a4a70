"""The loop of CDTR's training: batches in, journal and checkpoints out."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from statistics import fmean

import torch
from torch import Tensor

from methods.cdtr.epochs import plan_epochs, written_iterations
from methods.cdtr.objective import TERMS
from methods.cdtr.settings import TrainingSettings
from methods.cdtr.step import WEIGHTED, EmulatedStep, Terms
from methods.cdtr.weights import save_checkpoint
from methods.data.image_index import ImageRecord
from methods.training.guards import require_finite
from methods.training.recorder import Recorder

Batch = tuple[Tensor, Tensor, Tensor, Tensor]  # pixels, labels, boxes, positions
COLUMNS = (
    "iteration",
    "epoch",
    *TERMS,
    "total",
    "gradient_norm",
    "skipped_steps",
    *(f"weight_{term}" for term in WEIGHTED),
    "lr",
    "distinct_images",
    "images_per_second",
    "data_wait_seconds",
)


class Feed:
    """The batches of a loader, one at a time.

    Attributes:
        records: the images of the split, by position.
        waited: seconds that batches were waited for, since it was set to 0.
    """

    def __init__(
        self, batches: Iterator[Batch], records: Sequence[ImageRecord], device: torch.device
    ) -> None:
        """Take the batches from where the loader stands.

        Args:
            batches: one for each emulated process of this one and iteration, those of an
                iteration in a row.
            records: the images of the split, by position.
            device: that images and classes are to be on.
        """
        self.records = records
        self.waited = 0.0
        self._batches = batches
        self._device = device

    def take(self) -> tuple[Tensor, Tensor, list[int]]:
        """Images and classes of the next batch, on the device, and the images' positions."""
        begin = time.perf_counter()
        pixels, labels, _, positions = next(self._batches)
        self.waited += time.perf_counter() - begin
        classes = labels.argmax(dim=1).to(self._device)
        return pixels.to(self._device), classes, positions.tolist()


def fit(
    step: EmulatedStep,
    feed: Feed,
    rates: Sequence[float],
    settings: TrainingSettings,
    recorder: Recorder,
) -> None:
    """Run the loop.

    Args:
        step: of the optimizer.
        feed: of the batches that are left.
        rates: learning rate of every epoch.
        settings: of the run.
        recorder: of journal, checkpoints and states.

    Raises:
        InputError: a loss term is not finite.
        StoppedError: a signal asks to stop.
    """
    images = len(feed.records)
    plan, saved = plan_epochs(images, settings), written_iterations(images, settings)
    for n_iter in recorder.iterations():
        begin, epoch = time.perf_counter(), n_iter // plan.iterations
        feed.waited = 0.0
        weights = step.learned_weights()
        terms = _iterate(step, feed, n_iter, settings, recorder)
        step.update(rates[epoch])
        seconds = time.perf_counter() - begin
        row = {"iteration": n_iter, "epoch": epoch} | terms | weights
        row |= {"lr": rates[epoch], "distinct_images": recorder.distinct_images}
        row |= {"gradient_norm": step.gradient_norm, "skipped_steps": step.skipped}
        row["images_per_second"] = plan.batch_size * plan.processes / seconds
        row["data_wait_seconds"] = feed.waited
        recorder.write(row, shown=n_iter % settings.log_every == 0)
        if n_iter + 1 in saved:
            recorder.checkpoint(n_iter + 1, partial(save_checkpoint, model=step.model))


def _iterate(
    step: EmulatedStep, feed: Feed, n_iter: int, settings: TrainingSettings, recorder: Recorder
) -> Terms:
    """The gradients of one step; the mean of every term over all emulated processes."""
    found: list[Terms] = []
    for process in range(step.emulated):
        if process not in step.own:
            step.pass_over(settings.batch_size)
            continue
        images, labels, batch = feed.take()
        recorder.saw(batch)
        found.append(step.accumulate(images, labels))
        ids = [feed.records[position].id for position in batch]
        require_finite(recorder.journal, found[-1], n_iter, ids)
    means = {term: fmean(values[term] for values in found) for term in found[0]}
    return step.processes.mean(means)
