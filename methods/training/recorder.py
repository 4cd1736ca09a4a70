"""What a training leaves behind, so that it can be stopped at any moment and go on later."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from tqdm import tqdm

from methods.data.files import make_folder
from methods.errors import InputError, StoppedError
from methods.training.audit import require_as_planned
from methods.training.course import Course
from methods.training.generators import generator_states, set_generator_states
from methods.training.guards import GradientGuard
from methods.training.journal import Journal, journal_fault
from methods.training.processes import ALONE, Processes
from methods.training.signals import StopSignals
from methods.training.stalls import loading_told
from methods.training.states import Keeping, StateFolder
from methods.training.unfinished import (
    CHECKPOINTS,
    JOURNAL,
    STATES,
    checkpoints_fault,
    publish,
    remove_others,
)


class Part(Protocol):
    """A part of a training that changes as it goes on, such as its model or its optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> object:
        """Go on from such values."""


class Recorder:
    """The journal, the checkpoints and the states of a training, and where it stands.

    Until the training has finished, all lie under names that no rule claims and Snakemake thus
    leaves alone: journal.unfinished.csv, checkpoints.unfinished/ and states/. Where several
    processes train together each has a recorder, and that of the first one alone writes.

    Attributes:
        journal: the journal's path.
        processes: that train together.
        limits: beyond which the training is stopped.
    """

    def __init__(
        self,
        output: Path,
        columns: Sequence[str],
        keeping: Keeping,
        processes: Processes = ALONE,
    ) -> None:
        """Find where an earlier attempt stopped.

        Args:
            output: an existing folder.
            columns: of the journal.
            keeping: of the states.
            processes: that train together.

        Raises:
            InputError: the states there are of another training.
        """
        self.processes = processes
        self.journal = output / JOURNAL
        self.limits = keeping.limits
        self._guard = GradientGuard(self.journal, keeping.limits)
        self._plan = keeping.plan
        self._output = output
        self._columns = columns
        self._checkpoints = output / CHECKPOINTS
        self._states = StateFolder(output / STATES, keeping)
        self._found = self._states.newest(self._fault)
        self._course = Course.after(self._found, self._states.refused, keeping.meter)
        if self.start and processes.first:
            print(f"{output}: going on from iteration {self.start}", file=sys.stderr)

    @property
    def start(self) -> int:
        """Iterations that earlier attempts have done."""
        return self._course.start

    @contextmanager
    def recording(self, parts: Mapping[str, Part]) -> Iterator[None]:
        """Put the parts where an earlier attempt stopped, and keep the journal open for a block.

        Within it, signals that ask to stop are heeded between two iterations.

        Args:
            parts: all that changes, by name, as a new training has them.

        Raises:
            InputError: the loader of the images stalls, or loses a process.
        """
        found = self._found
        if found is not None:
            for name, part in parts.items():
                part.load_state_dict(found["parts"][name])
        self._parts = parts
        with self._journal(found) as self._rows, StopSignals() as self._asked:
            self._course.begun = time.perf_counter()
            with loading_told():
                yield

    def _journal(self, found: Mapping[str, Any] | None) -> AbstractContextManager[Journal | None]:
        """The journal to write on; None where another process writes."""
        # Behind this, all have read what is now changed.
        if len(starts := set(self.processes.gather(self.start))) > 1:
            found_ones = f"states after {', '.join(map(str, sorted(starts)))} iterations"
            remedy = "see whether its disk gives the same answer to every process, and call again"
            raise InputError(self._states.folder, found_ones, "one for all processes", remedy)
        if not self.processes.first:
            return nullcontext()
        make_folder(self._checkpoints)
        # What was written behind the state is made again; without one, all is.
        remove_others(self._checkpoints, self._course.checkpoints)
        kept = None if found is None else found["journal"]["bytes"]
        return Journal(self.journal, self._columns, kept)

    def iterations(self, total: int) -> Iterator[int]:
        """Count the iterations that are left, and save a state behind one where it is due.

        Args:
            total: iterations of the whole training.

        Raises:
            InputError: there is no room for a state.
            StoppedError: a signal asks to stop; the state is saved.
        """
        if self._found is not None:
            # Whatever has drawn from the generators until now, such as the start of a loader.
            set_generator_states(self._found["generators"][self.processes.rank])
            self._found = None  # its tensors are no longer needed
        self._total = total
        left = range(self.start, total)
        for n_iter in tqdm(left, "training", total, initial=self.start, disable=None):
            yield n_iter
            if n_iter + 1 < total:
                self._between(n_iter + 1)

    def saw(self, batch: Iterable[int]) -> None:
        """Count images that all processes see, by their positions."""
        for positions in self.processes.gather([*batch]):
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
        if not self.processes.first:
            return
        path = self._checkpoints / f"iteration_{iteration:06d}.pt"
        entry = {"iteration": iteration, "file": path.name, "sha256": save(path)}
        self._course.checkpoints.append(entry)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Give the files their final names, write done.json and remove the states.

        Args:
            summary: what done.json is to tell besides the course of the training.

        Raises:
            InputError: there is no room for done.json; or the training is not what was planned,
                and its files keep the names of one that has not finished.
        """
        if self._rows is None:
            return
        self._rows.flush()
        seen = {"images_seen": self._course.shown, "distinct_images_seen": self.distinct_images}
        require_as_planned(self.journal, self._total, seen, self._plan)
        done = {"iterations": self._total, **summary, **self._course.summary()}
        publish(self._output, done)
        self._states.remove()

    def _between(self, iteration: int) -> None:
        """Save a state where one is due, or stop: all processes behind the same iteration."""
        wishes = self.processes.gather((self._asked.received, self._states.is_due(iteration)))
        signal = next((received for received, _ in wishes if received is not None), None)
        if signal is not None or wishes[0][1]:
            self._save(iteration, signal)
        if signal is not None:
            raise StoppedError(
                f"{self._output}: training stopped by {signal} after {iteration} iterations; its"
                " state is saved, and the next call goes on from there."
            )

    def _save(self, iteration: int, signal: str | None) -> None:
        generators = self.processes.gather(generator_states())
        if self._rows is not None:
            content = {
                **self._course.content(iteration, signal),
                "parts": {name: part.state_dict() for name, part in self._parts.items()},
                "generators": generators,
                "journal": self._rows.position(),
            }
            self._states.save(iteration, content)
        self.processes.gather(None)  # until it is there

    def _fault(self, content: Mapping[str, Any]) -> str | None:
        return journal_fault(self.journal, content["journal"]) or checkpoints_fault(
            self._checkpoints, content["checkpoints"]
        )


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4g}"
