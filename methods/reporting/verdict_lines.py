"""The verdicts as lines of the terminal: one a claim, those about controls apart."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.files import check_fields, is_number, read_fields
from methods.errors import InputError
from methods.reporting.claim_order import in_groups
from methods.reporting.claim_words import expected, unit
from methods.wording import single_line

_ENTRY = {
    "id": str,
    "value": float | int | None,
    "status": str,
    "bound": dict,
    "minus": dict | None,
    "source": str,
    "control": bool,
}
_HEADING = ("claim", "measured", "", "verdict", "reason")


def verdict_lines(verdicts: Path, reasons: Mapping[str, str]) -> Iterator[str]:
    """Yield a table of the claims, then the controls under a line that says what they are.

    Args:
        verdicts: verdicts.json.
        reasons: what the page says of each claim, by its id: of one with an interval over images
            more than verdicts.json does.

    Raises:
        InputError: it cannot be read, was not made by the rule that judges, or has a claim of which
            the page says nothing.
    """
    entries = [
        _checked(verdicts, entry) for entry in read_fields(verdicts, {"verdicts": list})["verdicts"]
    ]
    _require_told(verdicts, entries, reasons)
    groups = [
        (heading, [_row(entry, reasons[entry["id"]]) for entry in group])
        for heading, group in in_groups(entries, lambda entry: entry["control"])
    ]
    rows = [row for _, group in groups for row in group]
    widths = [max(map(len, column)) for column in zip(_HEADING, *rows, strict=True)]
    yield _line(_HEADING, widths)
    for heading, group in groups:
        if heading:
            yield from ("", f"{heading}:")
        yield from (_line(row, widths) for row in group)


def _checked(verdicts: Path, entry: Any) -> dict[str, Any]:
    """A verdict whose value, if it has one, can be shown with its unit."""
    fields: dict[str, Any] = check_fields(verdicts, entry, _ENTRY)
    if "unit" in fields["bound"]:
        check_fields(verdicts, fields["bound"], {"unit": str})
    if fields["value"] is not None and not is_number(fields["value"]):
        raise InputError(
            verdicts,
            f"no finite number as the value of {single_line(fields['id'])}",
            "one, or null",
            "delete it and report.html and run again, which judges again",
        )
    return fields


def _require_told(
    verdicts: Path, entries: Sequence[Mapping[str, Any]], reasons: Mapping[str, str]
) -> None:
    missing = [single_line(entry["id"]) for entry in entries if entry["id"] not in reasons]
    if missing:
        raise InputError(
            verdicts,
            f"claims that the page does not have, {', '.join(missing)}",
            "those of report/verdicts.csv",
            "delete report.html and run again, which renders it again",
        )


def _row(entry: Mapping[str, Any], reason: str) -> tuple[str, ...]:
    value = entry["value"]
    number, of = ("-", "") if value is None else (f"{value:.2f}", unit(entry))
    reason = f"{reason} {expected(entry)}".rstrip()
    name, of, status, reason = map(single_line, (entry["id"], of, entry["status"], reason))
    return name, number, of, status, reason


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    name, number, unit, verdict, reason = row
    cells = (
        name.ljust(widths[0]),
        f"{number.rjust(widths[1])} {unit.ljust(widths[2])}".rstrip().ljust(sum(widths[1:3]) + 1),
        verdict.ljust(widths[3]),
        reason,
    )
    return "  ".join(cells).rstrip()
