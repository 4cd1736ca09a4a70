"""How a training is shared out among processes, one GPU each; nothing here needs torch."""

from collections.abc import Mapping
from typing import Any


def process_count(run: Mapping[str, Any]) -> int:
    """How many processes train a run: its `gpus`, on a CPU too."""
    return int(run.get("gpus", 1))
