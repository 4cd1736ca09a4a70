"""Where a training stands when it is called: at its begin, or where an earlier attempt stopped."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from methods.training.course import Course
from methods.training.journal import journal_fault
from methods.training.processes import ALONE, Processes
from methods.training.states import Keeping, StateFolder
from methods.training.unfinished import CHECKPOINTS, JOURNAL, STATES, checkpoints_fault
from methods.training.watching import Watching


class Part(Protocol):
    """A part of a training that changes as it goes on, such as its model or its optimizer."""

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> object:
        """Go on from such values."""


class Standing:
    """What earlier attempts at a training have left, and who goes on with it.

    Attributes:
        output: the folder of the training.
        processes: that train together.
        watching: of the training.
        states: the folder of its states.
        course: what the attempts have done so far.
        journal: bytes of the journal to go on behind; None at the begin.
        generators: where those of this process stood; None at the begin.
    """

    def __init__(
        self, output: Path, keeping: Keeping, watching: Watching, processes: Processes = ALONE
    ) -> None:
        """Find where an earlier attempt stopped.

        Args:
            output: an existing folder.
            keeping: of the states.
            watching: of the training.
            processes: that train together.

        Raises:
            InputError: the states there are of another training.
        """
        self.output = output
        self.processes = processes
        self.watching = watching
        self.states = StateFolder(output / STATES, keeping)
        found = self.states.newest(self._fault)
        self.course = Course.after(found, self.states.refused, watching.meter)
        self.journal = None if found is None else found["journal"]["bytes"]
        self.generators = None if found is None else found["generators"][processes.rank]
        self._parts = None if found is None else found["parts"]
        if self.start and processes.first:
            print(f"{output}: going on from iteration {self.start}", file=sys.stderr)

    @property
    def start(self) -> int:
        """Iterations that earlier attempts have done."""
        return self.course.start

    def restore(self, parts: Mapping[str, Part]) -> None:
        """Put the parts where an earlier attempt stopped; once, since the state is then let go.

        Args:
            parts: all that changes, by name, as a new training has them.
        """
        found, self._parts = self._parts, None
        if found is not None:
            for name, part in parts.items():
                part.load_state_dict(found[name])

    def _fault(self, content: Mapping[str, Any]) -> str | None:
        return journal_fault(self.output / JOURNAL, content["journal"]) or checkpoints_fault(
            self.output / CHECKPOINTS, content["checkpoints"]
        )
