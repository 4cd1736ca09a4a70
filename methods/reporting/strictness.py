"""What `strict: true` asks of a call: that every claim is met."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.data.files import check_fields, read_fields
from methods.errors import InputError

TWO_SIDED = "two-sided"  # any deviation from a published number counts against the claim
# Of each status of a verdict, the directions of a claim that it meets. Strict asks for what was
# shown, so a claim that nothing speaks for or against is not met: more seeds, the data or a receipt
# may be lacking. Nor is one that too few seeds are consistent with: else fewer seeds would meet a
# claim that more of them leave inconclusive.
_ONE_SIDED = ("at least", "at most")
_ANY = (TWO_SIDED, *_ONE_SIDED)
_MET: Mapping[str, tuple[str, ...]] = {
    "holds": _ANY,
    "equivalent": _ANY,
    "non-inferior": _ONE_SIDED,
    "above": ("at least",),
    "below": ("at most",),
    "fails": (),
    "consistent": (),
    "inconsistent": (),
    "inconclusive": (),
    "not evaluated": (),
    "void": (),
}
_ENTRY = {"id": str, "status": str, "bound": dict}


def is_met(status: str, direction: str = TWO_SIDED) -> bool:
    """Whether a claim with this status is met.

    Args:
        status: of its verdict.
        direction: which deviation from a published number counts: any ("two-sided"), or only too
            little ("at least"), or only too much ("at most").

    Raises:
        ValueError: there is no such status.
    """
    if status not in _MET:
        raise ValueError(f"no status of a verdict: {status!r}")
    return direction in _MET[status]


def unmet_sentence(results: Path) -> str | None:
    """Which claims are not met, in one sentence; None where all are.

    Args:
        results: the folder of an experiment's results.

    Raises:
        InputError: there are no verdicts, or one has an unknown status.
    """
    verdicts = results / "verdicts.json"
    entries = [
        check_fields(verdicts, entry, _ENTRY)
        for entry in read_fields(verdicts, {"verdicts": list})["verdicts"]
    ]
    unmet = [f"{e['id']} ({e['status']})" for e in entries if not _is_met(e, verdicts)]
    if not unmet:
        return None
    counted = f"{len(unmet)} of {len(entries)} claims {'is' if len(unmet) == 1 else 'are'} not met"
    return f"{counted}, and the configuration says `strict: true`: {', '.join(unmet)}."


def _is_met(entry: Mapping[str, Any], verdicts: Path) -> bool:
    try:
        return is_met(entry["status"], entry["bound"].get("direction", TWO_SIDED))
    except ValueError:
        raise InputError(
            verdicts,
            f"the status {entry['status']!r} of the claim {entry['id']}",
            f"one of {', '.join(_MET)}",
            "delete it and report.html and run again, which judges again",
        ) from None
