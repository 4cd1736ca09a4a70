"""How far a training has come, beside its weights: what its done.json will say."""

import socket
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import torch

from methods.training.energy import Energy, Meter

_UNMEASURED = Energy(None, "nobody measured it")


@dataclass
class Course:
    """What the attempts at a training have done so far.

    Attributes:
        start: iterations that earlier attempts have done.
        earlier: seconds that those took.
        checkpoints: iteration, file and SHA-256 of each that was written.
        seen: positions of the images.
        shown: images, each as often as it was in a batch.
        resumed: from which iteration the training went on, when and where, and which signal had
            stopped it; None where no state could tell, as after a hard kill.
        refused: file and reason of each state that was not whole.
        drawn: energy of the earlier attempts; None where there were none.
        meter: of the energy; None where nobody measures it.
        begun: when the present attempt did, on the clock of `time.perf_counter`.
    """

    start: int = 0
    earlier: float = 0.0
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    shown: int = 0
    resumed: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    drawn: dict[str, Any] | None = None
    meter: Meter | None = None
    begun: float = field(default_factory=time.perf_counter)

    @classmethod
    def after(
        cls,
        state: Mapping[str, Any] | None,
        refused: Iterable[dict[str, str]],
        meter: Meter | None = None,
    ) -> Self:
        """Go on from a state, or begin where there is none.

        Args:
            state: what was saved.
            refused: the states that were not gone on from.
            meter: of the energy; None where nobody measures it.
        """
        if state is None:
            return cls(refused=[*refused], meter=meter)
        resumption = {
            "iteration": state["iteration"],
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "host": socket.gethostname(),
            "stopped_by": state["stopped_by"],
        }
        return cls(
            start=state["iteration"],
            earlier=state["seconds"],
            checkpoints=state["checkpoints"],
            seen=set(state["seen"].tolist()),
            shown=state["shown"],
            resumed=[*state["resumed"], resumption],
            refused=[*state["refused"], *refused],
            drawn=state["energy"],
            meter=meter,
        )

    @property
    def seconds(self) -> float:
        """How long all has taken, without iterations that were lost and made again."""
        return self.earlier + time.perf_counter() - self.begun

    @property
    def energy(self) -> Energy:
        """What all has drawn, without iterations that were lost and made again."""
        own = _UNMEASURED if self.meter is None else self.meter.energy()
        return own.after(self.drawn)

    def saw(self, batch: Collection[int]) -> None:
        """Count the images of a batch, by their positions."""
        self.seen.update(batch)
        self.shown += len(batch)

    def content(self, iteration: int, signal: str | None) -> dict[str, Any]:
        """For a state: tensors and plain values.

        Args:
            iteration: how many are done.
            signal: name of the one that asks to stop; None where none does.
        """
        return {
            "iteration": iteration,
            "seconds": self.seconds,
            "checkpoints": self.checkpoints,
            "seen": torch.tensor(sorted(self.seen)),
            "shown": self.shown,
            "resumed": self.resumed,
            "refused": self.refused,
            "energy": self.energy.plain(),
            "stopped_by": signal,
        }

    def summary(self) -> dict[str, Any]:
        """For done.json."""
        return {
            "seconds": round(self.seconds, 1),
            "images_seen": self.shown,
            "distinct_images": len(self.seen),
            "checkpoints": self.checkpoints,
            "resumed": self.resumed,
            "states_refused": self.refused,
            "energy": self.energy.summary(),
        }
