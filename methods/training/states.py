"""The states of a training: when one is saved, which are kept, and which one is gone on with."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.training.identity import require_same
from methods.training.state_files import StateFile, TornStateError

Fault = Callable[[Mapping[str, Any]], str | None]
_FINISHED = "finished"  # marks the states of a training that has


@dataclass(frozen=True)
class Keeping:
    """How a training is kept from being lost.

    Attributes:
        identity: all that decides what it does; see `identify`.
        minutes: after so many a state is saved; None: whatever the clock says.
        iterations: after so many, too; None: however many there were.
        keep: how many states are kept, the last ones.
        keep_every: those after so many iterations are kept, too; None: no others.
    """

    identity: Mapping[str, Any]
    minutes: float | None = 10
    iterations: int | None = None
    keep: int = 2
    keep_every: int | None = None


class StateFolder:
    """The folder of a training's states.

    Attributes:
        refused: of each state that was not whole, its file and why.
    """

    def __init__(self, folder: Path, keeping: Keeping) -> None:
        self.folder = folder
        self.refused: list[dict[str, str]] = []
        self._keeping = keeping
        self._kept: list[StateFile] = []
        self._saved = time.monotonic()

    def newest(self, fault: Fault) -> dict[str, Any] | None:
        """Read the newest state that is whole; those that are not are named.

        Args:
            fault: what is wrong with the other files that a state counts on; None if nothing is.

        Raises:
            InputError: it is of another training, which has not finished.
        """
        for file in sorted(self._files(), reverse=True):
            try:
                described = file.describe()
                if self._is_replaced(described):
                    continue
                require_same(self.folder, described["identity"], self._keeping.identity)
                content = file.read(described)
                if wrong := fault(content):
                    raise TornStateError(wrong)
            except TornStateError as error:
                self.refused.append({"file": file.content.name, "reason": str(error)})
                print(f"{file.content}: not gone on from, since {error}", file=sys.stderr)
            else:
                self._kept = [file]
                return content
        return None

    def is_due(self, iteration: int) -> bool:
        """Whether a state is to be saved after so many iterations."""
        minutes, iterations = self._keeping.minutes, self._keeping.iterations
        if iterations is not None and iteration % iterations == 0:
            return True
        if self._stays(iteration):
            return True
        return minutes is not None and time.monotonic() - self._saved >= 60 * minutes

    def save(self, iteration: int, content: Mapping[str, Any]) -> None:
        """Save a state, and remove all but those that are to be kept.

        Raises:
            InputError: there is no room for it; the earlier ones are still there.
        """
        if (self.folder / _FINISHED).exists() and not self._kept:
            self._clear()
        file = StateFile(iteration, self.folder)
        file.write(content, self._keeping.identity)
        self._kept = [*self._kept, file][-self._keeping.keep :]
        files = {*self._kept, *(file for file in self._files() if self._stays(file.iteration))}
        kept = {path for file in files for path in (file.content, file.description)}
        for path in sorted(self.folder.glob("*.json")) + sorted(self.folder.iterdir()):
            if path not in kept:  # also what a killed write has left, under a name of its own
                path.unlink(missing_ok=True)
        self._saved = time.monotonic()

    def finish(self) -> None:
        """Note that the training has finished: another one may take its place."""
        if self.folder.is_dir():
            (self.folder / _FINISHED).touch()

    def _files(self) -> set[StateFile]:
        numbers = [path.stem.rpartition("_")[2] for path in self.folder.glob("state_*.*")]
        return {StateFile(int(number), self.folder) for number in numbers if number.isdigit()}

    def _clear(self) -> None:
        """Remove the states of a training that has finished, whose place this one takes."""
        for path in sorted(self.folder.iterdir(), key=lambda path: path.name == _FINISHED):
            path.unlink()  # the mark last: without it they would be in the way

    def _stays(self, iteration: int) -> bool:
        every = self._keeping.keep_every
        return every is not None and iteration % every == 0

    def _is_replaced(self, described: Mapping[str, Any]) -> bool:
        """Whether a state is of another training, which has finished."""
        other = bool(described["identity"] != self._keeping.identity)
        return other and (self.folder / _FINISHED).exists()
