"""What `strict: true` asks of a call: that every claim is met."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.data.files import check_fields, read_fields
from methods.errors import InputError
from methods.reporting.verdict_words import TWO_SIDED, WORDS, is_met
from methods.wording import counted

_ENTRY = {"id": str, "status": str, "bound": dict}


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
    verb = "is" if len(unmet) == 1 else "are"
    missed = f"{len(unmet)} of {counted(len(entries), 'claim')} {verb} not met"
    return f"{missed}, and the configuration says `strict: true`: {', '.join(unmet)}."


def _is_met(entry: Mapping[str, Any], verdicts: Path) -> bool:
    try:
        return is_met(entry["status"], entry["bound"].get("direction", TWO_SIDED))
    except ValueError:
        raise InputError(
            verdicts,
            f"the status {entry['status']!r} of the claim {entry['id']}",
            f"one of {', '.join(WORDS)}",
            "delete it and report.html and run again, which judges again",
        ) from None
