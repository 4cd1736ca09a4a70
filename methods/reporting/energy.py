"""The energy of a training, as it recorded it."""

from collections.abc import Mapping
from typing import Any


def energy(done: Mapping[str, Any]) -> tuple[float | None, str]:
    """Watt-hours, None where there are none; and what they rest on, or why they were not measured.

    Args:
        done: the content of done.json.
    """
    recorded = done["energy"]
    hours, basis = recorded["watt_hours"], recorded["basis"]
    return hours, f"not measured ({basis})" if hours is None else basis
