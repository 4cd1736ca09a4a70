"""The energy that GPUs draw while they train."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

from methods.cards import Card, drawn_power

Sample = tuple[float, float]  # seconds of a clock, watts

INTERVAL = 5.0  # seconds between two looks at a card
_HOUR = 3600
_BEFORE, _SINCE = ", before it went on", ", since it went on"


@dataclass(frozen=True)
class Energy:
    """What was drawn.

    Attributes:
        watt_hours: of whole cards, whoever used them; None where nothing was measured.
        basis: what they rest on, or why there are none.
        samples: looks at the cards.
    """

    watt_hours: float | None
    basis: str
    samples: int = 0

    def after(self, earlier: Mapping[str, Any] | None) -> "Energy":
        """Together with what the attempts before have drawn.

        Args:
            earlier: what `plain` gave of them; None where this is the first attempt.
        """
        if earlier is None:
            return self
        before = Energy(**earlier)
        if before.watt_hours is None:
            told = before.basis == self.basis or before.basis.endswith((_BEFORE, _SINCE))
            return before if told else Energy(None, f"{before.basis}{_BEFORE}")
        if self.watt_hours is None:
            return Energy(None, f"{self.basis}{_SINCE}")
        bases = dict.fromkeys([*before.basis.split(" and "), self.basis])
        hours, samples = before.watt_hours + self.watt_hours, before.samples + self.samples
        return Energy(hours, " and ".join(bases), samples)

    def plain(self) -> dict[str, Any]:
        """For a state of the training."""
        return asdict(self)

    def summary(self) -> dict[str, Any]:
        """For done.json."""
        if self.watt_hours is None:
            return {"watt_hours": None, "basis": self.basis}
        basis = f"{self.basis} by nvidia-smi, {self.samples} samples"
        return {"watt_hours": round(self.watt_hours, 3), "basis": basis}


class Meter:
    """Looks at cards from the begin of its block to the end, in a thread."""

    def __init__(self, cards: Sequence[Card], device: str, interval: float = INTERVAL) -> None:
        """Look at none yet.

        Args:
            cards: that are trained on.
            device: cpu or cuda.
            interval: seconds between two looks.
        """
        self._cards = cards
        self._interval = interval
        self._why = _unmeasured(cards, device)
        self._over = threading.Event()
        self._samples: dict[Card, list[Sample]] = {card: [] for card in cards}
        # The driver is asked by a program of its own, so that nothing here waits for it.
        self._watch = threading.Thread(target=self._look_until_over, daemon=True)

    def __enter__(self) -> Self:
        if self._why is None:
            self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._why is None:
            self._watch.join()

    def energy(self) -> Energy:
        """What was drawn until now."""
        if self._why is not None:
            return Energy(None, self._why)
        self._look()
        samples = [sorted(of_card) for of_card in self._samples.values()]
        if min(map(len, samples)) < 2:
            return Energy(None, "the driver does not tell the power")
        names = ", ".join(dict.fromkeys(card.name for card in self._cards))
        number = f"{len(self._cards)} x " if len(self._cards) > 1 else ""
        return Energy(
            sum(map(watt_hours, samples)), f"power of the {number}{names}", sum(map(len, samples))
        )

    def _look_until_over(self) -> None:
        self._look()
        while not self._over.wait(self._interval):
            self._look()

    def _look(self) -> None:
        for card in self._cards:
            power = drawn_power(card)
            if power is not None:
                self._samples[card].append((time.monotonic(), power))


def watt_hours(samples: Sequence[Sample]) -> float:
    """Energy by the trapezoidal rule: power is taken to change evenly between two samples.

    Args:
        samples: by time, at least two.
    """
    areas = ((b - a) * (p + q) / 2 for (a, p), (b, q) in pairwise(samples))
    return sum(areas) / _HOUR


def _unmeasured(cards: Sequence[Card], device: str) -> str | None:
    """Why nothing can be measured; None where something can."""
    if not cards:
        return "no NVIDIA card"
    if device == "cpu":
        return "trained on the CPU"
    if any(card.is_part for card in cards):
        return "a part of a GPU, whose power the driver does not tell"
    return None
