"""What looks on while a training runs; nothing of it changes a number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from methods.training.energy import Meter
from methods.training.guards import Limits


@dataclass(frozen=True)
class Watching:
    """How a training is watched.

    Attributes:
        limits: beyond which the training is stopped.
        plan: what resolved.yaml derived, which the training is held to at its end; None: nothing.
        meter: of the energy; None where nobody measures it.
    """

    limits: Limits = field(default_factory=Limits)
    plan: Mapping[str, Any] | None = None
    meter: Meter | None = None
