"""Where the number of a claim comes from, and since when the claim stands."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.claim_files import load_claims, read_registered
from methods.data.files import read_json
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Column, Kind, Table, build_table

Fact = tuple[str, str]  # what is told, and what of it
_SOURCES = {
    "paper": "paper",
    "readme": "README",
    "log": "the authors' training log",
    "report": "report of a re-run",
}
_STEP = re.compile(r"; (?=\d{4}-\d\d-\d\d\b)")  # before a date
_UNKNOWN = "not known"
_BEFORE = {True: "yes", False: "no", None: _UNKNOWN}


def source_facts(entry: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Where the number of a claim comes from; of a published one also what it is of.

    Args:
        entry: of the claim in verdicts.json.
    """
    bound, source = entry["bound"], entry["source"].removesuffix(".")
    if bound["kind"] != "published":
        return (("source", source),)
    measured = entry["quantity"] or bound
    facts = [
        ("source", f"{source} ({_SOURCES[bound['source_kind']]})"),
        ("where", bound["where"]),
        ("of", f"{bound['dataset']}, {measured['split']}, {measured['metric']} in {bound['unit']}"),
        ("stage", bound["stage"]),
        ("protocol", bound["protocol"]),
        ("seeds", f"{bound['minimum_seeds']} at least for a verdict of equivalence"),
    ]
    maximum = "It may be the best of several runs or checkpoints"
    facts += [("how chosen", maximum)] * bound["maybe_maximum"]
    facts += [("note", bound["note"])] if bound["note"] else []
    return tuple((name, text.removesuffix(".")) for name, text in facts)


def claim_files(sources: ReportSources) -> dict[str, Path]:
    """The claim file of each claim, by its id."""
    return {claim.id: file for file in sources.claims for claim in load_claims(file)}


def registered(sources: ReportSources) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(claim file, when its bounds and tolerances were set, step by step), as it says itself."""
    stated = ((file.name, read_registered(file)) for file in sources.claims)
    return tuple((name, tuple(_STEP.split(text.removesuffix(".")))) for name, text in stated)


def registration_table(sources: ReportSources) -> Table:
    """Since when the files that verdicts rest on stand as they are."""
    rows = [
        (
            *(entry["file"], entry["sha256"], entry["committed"] or _UNKNOWN),
            _BEFORE[entry["preregistered"]],
        )
        for entry in read_json(sources.verdicts)["registration"]
    ]
    columns = [
        Column("file", Kind.NAME),
        Column("sha256", Kind.DIGEST),
        Column("first commit of this content", Kind.NAME),
        Column("before the first training", Kind.NAME),
    ]
    caption = "Claim files and the records that verdicts rest on, and since when they stand."
    return build_table("registration", caption, columns, rows)
