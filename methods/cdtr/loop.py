"""The loop of CDTR's training: batches in, journal and checkpoints out."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from methods.cdtr.epochs import plan_epochs, written_iterations
from methods.cdtr.network import CDTR
from methods.cdtr.objective import TERMS
from methods.cdtr.settings import TrainingSettings
from methods.cdtr.step import WEIGHTED, EmulatedStep, Terms
from methods.cdtr.weights import save_checkpoint
from methods.data.files import sha256
from methods.data.image_index import ImageRecord
from methods.training.guards import require_finite
from methods.training.journal import Journal

Batch = tuple[Tensor, Tensor, Tensor, Tensor]  # pixels, labels, boxes, positions
COLUMNS = (
    "iteration",
    "epoch",
    *TERMS,
    "total",
    *(f"weight_{term}" for term in WEIGHTED),
    "lr",
    "distinct_images",
    "images_per_second",
    "data_wait_seconds",
)


def fit(
    step: EmulatedStep,
    loader: Iterable[Batch],
    records: Sequence[ImageRecord],
    rates: Sequence[float],
    settings: TrainingSettings,
    output: Path,
) -> tuple[list[dict[str, Any]], int]:
    """Run the loop; write journal.csv and checkpoints/ into `output`.

    Args:
        step: of the optimizer.
        loader: one batch for each process and iteration, the processes of an iteration in a row.
        records: the images of the split, by position.
        rates: learning rate of every epoch.
        settings: of the run.
        output: an existing folder.

    Returns:
        The written checkpoints and the number of distinct images seen.

    Raises:
        InputError: a loss term is not finite.
    """
    plan, saved = plan_epochs(len(records), settings), written_iterations(len(records), settings)
    written: list[dict[str, Any]] = []
    # The journal of a run that stops keeps this name, which no rule claims and thus deletes.
    unfinished = output / "journal.unfinished.csv"
    feed = _Feed(loader, records, next(step.model.parameters()).device)
    with Journal(unfinished, COLUMNS) as journal:
        for n_iter in tqdm(range(settings.epochs * plan.iterations), "training", disable=None):
            begin, epoch = time.perf_counter(), n_iter // plan.iterations
            feed.waited = 0.0
            weights = step.learned_weights()
            terms = _iterate(step, feed, rates[epoch], n_iter, unfinished)
            seconds = time.perf_counter() - begin
            row = {"iteration": n_iter, "epoch": epoch} | terms | weights
            row |= {"lr": rates[epoch], "distinct_images": len(feed.seen)}
            row["images_per_second"] = plan.batch_size * plan.processes / seconds
            row["data_wait_seconds"] = feed.waited
            journal.write(row)
            if n_iter % settings.log_every == 0:
                tqdm.write(" ".join(f"{name}={value:.4g}" for name, value in row.items()))
            if n_iter + 1 in saved:
                written.append(_save(output / "checkpoints", n_iter + 1, step.model))
    unfinished.rename(output / "journal.csv")
    return written, len(feed.seen)


class _Feed:
    """The batches of a loader, one at a time.

    Attributes:
        seen: positions of all images so far.
        waited: seconds that batches were waited for, since it was set to 0.
    """

    def __init__(
        self, loader: Iterable[Batch], records: Sequence[ImageRecord], device: torch.device
    ) -> None:
        self.stream = iter(loader)
        self.records = records
        self.device = device
        self.seen: set[int] = set()
        self.waited = 0.0

    def take(self) -> tuple[Tensor, Tensor, list[str]]:
        """Images and classes of the next batch, on the device, and the images' ids."""
        begin = time.perf_counter()
        pixels, labels, _, positions = next(self.stream)
        self.waited += time.perf_counter() - begin
        batch = positions.tolist()
        self.seen.update(batch)
        ids = [self.records[position].id for position in batch]
        return pixels.to(self.device), labels.argmax(dim=1).to(self.device), ids


def _iterate(step: EmulatedStep, feed: _Feed, rate: float, n_iter: int, journal: Path) -> Terms:
    """One step of the optimizer; the mean of every term over the processes."""
    found: list[Terms] = []
    for _ in range(step.processes):
        images, labels, ids = feed.take()
        found.append(step.accumulate(images, labels))
        require_finite(journal, found[-1], n_iter, ids)
    step.update(rate)
    return {term: fmean(values[term] for values in found) for term in found[0]}


def _save(folder: Path, iteration: int, model: CDTR) -> dict[str, Any]:
    path = folder / f"iteration_{iteration:06d}.pt"
    save_checkpoint(path, model)
    return {"iteration": iteration, "file": path.name, "sha256": sha256(path)}
