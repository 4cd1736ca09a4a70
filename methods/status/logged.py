"""How far a training of weights is, by its log: it has no journal."""

import re
from datetime import UTC, datetime
from pathlib import Path

from methods.data.files import read_fields
from methods.status.progress import Progress

_LINE = re.compile(r"^iteration=(\d+) .*\n", re.MULTILINE)  # the last line may be half there
_SETTINGS = {"pretrained": "pretraining", "contrastive": "contrastive"}  # by the weights' source


def read_logged_progress(log: Path, started: datetime) -> Progress | None:
    """Read a log that may be growing.

    Its rate is the mean since the start of the job, so that the rendering of the pictures, which
    comes first, makes it too low, and the end too late, at the beginning.

    Args:
        log: of the job, with its description beside it.
        started: when the job began, with its zone.

    Returns:
        None where no weights are trained, or where there is no line of an iteration yet.

    Raises:
        InputError: the description cannot be read.
    """
    try:
        found = _LINE.findall(log.read_text(encoding="utf-8", errors="replace"))
        written = datetime.fromtimestamp(log.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    if not found:
        return None
    described = read_fields(f"{log}.job.json", {"params": dict})
    weights = described["params"].get("weights")
    if not isinstance(weights, dict) or weights.get("source") not in _SETTINGS:
        return None
    done, seconds = int(found[-1]) + 1, (written - started).total_seconds()
    return Progress(
        done=done,
        total=weights[_SETTINGS[weights["source"]]]["iterations"],
        rate=done / seconds if seconds > 0 else None,
        written=written,
    )
