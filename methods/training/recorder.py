"""What a training leaves behind, so that it can be stopped at any moment and go on later."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from tqdm import tqdm

from methods.data.files import make_folder
from methods.errors import InputError, StoppedError
from methods.training.audit import require_as_planned
from methods.training.generators import generator_states, set_generator_states
from methods.training.guards import GradientGuard
from methods.training.journal import Journal
from methods.training.signals import StopSignals
from methods.training.stalls import loading_explained
from methods.training.standing import Part, Standing
from methods.training.unfinished import CHECKPOINTS, JOURNAL, publish, remove_others


class Recorder:
    """The journal, the checkpoints and the states of a training that runs.

    All lie under names that no rule claims and Snakemake thus leaves alone: journal.unfinished.csv,
    checkpoints.unfinished/ and states/; at the end journal and checkpoints get the rule's, too.
    Where several processes train together each has a recorder, and that of the first one writes.

    Attributes:
        journal: the journal's path.
    """

    def __init__(
        self,
        standing: Standing,
        parts: Mapping[str, Part],
        total: int,
        rows: Journal | None,
        asked: StopSignals,
    ) -> None:
        """Go on from where the training stands; see `recording`.

        Args:
            standing: of the training, its parts restored.
            parts: all that changes, by name.
            total: iterations of the whole training.
            rows: the open journal; None where another process writes.
            asked: the signals that ask to stop.
        """
        self.journal = standing.output / JOURNAL
        self._standing = standing
        self._processes = standing.processes
        self._course = standing.course
        self._guard = GradientGuard(self.journal, standing.watching.limits)
        self._parts = parts
        self._total = total
        self._rows = rows
        self._asked = asked

    def iterations(self) -> Iterator[int]:
        """Count the iterations that are left, and save a state behind one where it is due.

        Raises:
            InputError: there is no room for a state.
            StoppedError: a signal asks to stop; the state is saved.
        """
        if self._standing.generators is not None:
            # Whatever has drawn from the generators until now, such as the start of a loader.
            set_generator_states(self._standing.generators)
        start, total = self._standing.start, self._total
        for n_iter in tqdm(range(start, total), "training", total, initial=start, disable=None):
            yield n_iter
            if n_iter + 1 < total:
                self._between(n_iter + 1)

    def saw(self, batch: Iterable[int]) -> None:
        """Count images that all processes see, by their positions."""
        for positions in self._processes.gather([*batch]):
            self._course.saw(positions)

    @property
    def distinct_images(self) -> int:
        """How many different images have been seen."""
        return len(self._course.seen)

    def write(self, row: Mapping[str, float], *, shown: bool) -> None:
        """Write the line of an iteration, and look at its gradients.

        Args:
            row: values by the journal's columns; those of the first process are written.
            shown: whether the line is also to stand in the log.

        Raises:
            InputError: they are not finite, or above the limit; the line is written.
        """
        if self._rows is None:
            return
        self._rows.write(row)
        if shown:
            tqdm.write(" ".join(f"{name}={_short(value)}" for name, value in row.items()))
        self._guard.check(row)

    def checkpoint(self, iteration: int, save: Callable[[Path], str]) -> None:
        """Write the checkpoint after so many iterations.

        Args:
            iteration: how many are done.
            save: writes it to a path, reads it back, and returns its SHA-256.

        Raises:
            InputError: there is no room for it.
        """
        if not self._processes.first:
            return
        path = self._standing.output / CHECKPOINTS / f"iteration_{iteration:06d}.pt"
        entry = {"iteration": iteration, "file": path.name, "sha256": save(path)}
        self._course.checkpoints.append(entry)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Give the files their final names and write done.json.

        Args:
            summary: what done.json is to say besides the course of the training.

        Raises:
            InputError: there is no room for done.json; or the training is not what was planned,
                and its files keep the names of one that has not finished.
        """
        if self._rows is None:
            return
        self._rows.flush()
        seen = {"images_seen": self._course.shown, "distinct_images_seen": self.distinct_images}
        require_as_planned(self.journal, self._total, seen, self._standing.watching.plan)
        done = {"iterations": self._total, **summary, **self._course.summary()}
        publish(self._standing.output, done)
        self._standing.states.finish()

    def _between(self, iteration: int) -> None:
        """Save a state where one is due, or stop: all processes behind the same iteration."""
        due = self._standing.states.is_due(iteration)
        wishes = self._processes.gather((self._asked.received, due))
        signal = next((received for received, _ in wishes if received is not None), None)
        if signal is not None or wishes[0][1]:
            self._save(iteration, signal)
        if signal is not None:
            raise StoppedError(
                f"{self._standing.output}: training stopped by {signal} after {iteration}"
                " iterations; its state is saved, and the next call goes on from there."
            )

    def _save(self, iteration: int, signal: str | None) -> None:
        generators = self._processes.gather(generator_states())
        if self._rows is not None:
            content = {
                **self._course.content(iteration, signal),
                "parts": {name: part.state_dict() for name, part in self._parts.items()},
                "generators": generators,
                "journal": self._rows.position(),
            }
            self._standing.states.save(iteration, content)
        self._processes.gather(None)  # until it is there


@contextmanager
def recording(
    standing: Standing, columns: Sequence[str], parts: Mapping[str, Part], total: int
) -> Iterator[Recorder]:
    """Put the parts where an earlier attempt stopped, and keep the journal open for a block.

    Within it, signals that ask to stop are heeded between two iterations.

    Args:
        standing: of the training.
        columns: of the journal.
        parts: all that changes, by name, as a new training has them.
        total: iterations of the whole training.

    Raises:
        InputError: the loader of the images stalls, or loses a process.
    """
    standing.restore(parts)
    with _journal(standing, columns) as rows, StopSignals() as asked:
        standing.course.begun = time.perf_counter()
        with loading_explained():
            yield Recorder(standing, parts, total, rows, asked)


def _journal(standing: Standing, columns: Sequence[str]) -> AbstractContextManager[Journal | None]:
    """The journal to write on; None where another process writes."""
    # Behind this, all have read what is now changed.
    if len(starts := set(standing.processes.gather(standing.start))) > 1:
        found = f"states after {', '.join(map(str, sorted(starts)))} iterations"
        remedy = "see whether its disk gives the same answer to every process, and call again"
        raise InputError(standing.states.folder, found, "one for all processes", remedy)
    if not standing.processes.first:
        return nullcontext()
    checkpoints = standing.output / CHECKPOINTS
    make_folder(checkpoints)
    # What was written behind the state is made again; without one, all is.
    remove_others(checkpoints, standing.course.checkpoints)
    return Journal(standing.output / JOURNAL, columns, standing.journal)


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
