"""The loop of MoRe's training: batches in, journal and checkpoints out."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from torch import Tensor

from methods.data.image_index import ImageRecord
from methods.more.formulation import Formulation
from methods.more.network import MoRe
from methods.more.objective import TERMS, Objective
from methods.more.settings import TrainingSettings
from methods.more.weights import save_checkpoint
from methods.training.guards import gradient_norm, require_finite
from methods.training.processes import ALONE, Processes
from methods.training.recorder import Recorder
from methods.training.schedule import build_optimizer, set_learning_rates

Batch = tuple[Tensor, Tensor, Tensor, Tensor]  # pixels, labels, boxes, positions
COLUMNS = (
    "iteration",
    *TERMS,
    "total",
    "gradient_norm",
    "lr_encoder",
    "lr_heads",
    "images_per_second",
    "data_wait_seconds",
)
_CRE_OVERFLOWS = (
    "the published form of CRE overflows where patches are long and the temperature is low: set"
    " formulation: {cre_range: fixed}, which gives the same number wherever the published form is"
    " finite"
)


class Step:
    """One step of the optimizer.

    Where several processes train together, each computes the losses of its share of the batch, as
    in the published program, and the gradients are averaged.

    Args:
        model: On its device, in training mode.
        settings: Of the run.
        formulation: Which account of the method the terms follow.
        records: The images of the split, by position.
        processes: That train together.
    """

    def __init__(
        self,
        model: MoRe,
        settings: TrainingSettings,
        formulation: Formulation,
        records: Sequence[ImageRecord],
        processes: Processes = ALONE,
    ) -> None:
        self.model = model
        self.optimizer = build_optimizer(model.parameter_groups(), settings.optimizer)
        self._settings = settings
        self._objective = Objective(settings, formulation)
        self._records = records
        self._processes = processes
        self._device = next(model.parameters()).device
        published = formulation.cre_range == "program"
        self._remedies = {"cre": _CRE_OVERFLOWS} if published else {}

    def __call__(self, batch: Batch, n_iter: int, journal: Path) -> dict[str, float]:
        """Take it.

        Args:
            batch: of the loader, this process's share.
            n_iter: zero-based iteration.
            journal: where the terms are written.

        Returns:
            The value of every term, its mean over the processes, and the learning rates.

        Raises:
            InputError: a term is not finite.
        """
        settings = self._settings
        rates = set_learning_rates(
            self.optimizer, n_iter, settings.iterations, settings.optimizer, settings.schedule
        )
        pixels, labels, boxes = (part.to(self._device) for part in batch[:3])
        terms = self._objective(self.model, pixels, labels, n_iter, boxes)
        values = {name: float(value.detach()) for name, value in terms.items()}
        ids = [self._records[position].id for position in batch[3].tolist()]
        require_finite(journal, values, n_iter, ids, self._remedies)
        self.optimizer.zero_grad(set_to_none=True)
        terms["total"].backward()
        self._processes.average_gradients(self.model.parameters())
        values["gradient_norm"] = gradient_norm(self.model)
        self.optimizer.step()
        return self._processes.mean(values) | rates


def fit(
    step: Step, batches: Iterator[Batch], settings: TrainingSettings, recorder: Recorder
) -> None:
    """Run the loop.

    Args:
        step: of the optimizer.
        batches: those that are left.
        settings: of the run.
        recorder: of journal, checkpoints and states.

    Raises:
        InputError: a loss term is not finite.
        StoppedError: a signal asks to stop.
    """
    for n_iter in recorder.iterations():
        asked = time.perf_counter()
        batch = next(batches)
        wait = time.perf_counter() - asked
        values = step(batch, n_iter, recorder.journal)
        speed = settings.batch_size / (time.perf_counter() - asked)
        recorder.saw(batch[3].tolist())
        row = {"iteration": n_iter} | values
        row |= {"images_per_second": speed, "data_wait_seconds": wait}
        recorder.write(row, shown=n_iter % settings.log_every == 0)
        if (n_iter + 1) % settings.checkpoint_every == 0 or n_iter + 1 == settings.iterations:
            recorder.checkpoint(n_iter + 1, partial(save_checkpoint, model=step.model))
