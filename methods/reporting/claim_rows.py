"""The verdict table: what verdicts.json says, in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from methods.data.files import read_json
from methods.reporting.chain import control_chain_name, run_chain_name
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Column, Kind, Table, build_table, show, show_number

_TONES = {
    "holds": "good",
    "consistent": "good",
    "fails": "bad",
    "inconsistent": "bad",
    "void": "bad",
    "not evaluated": "open",
}
_WORDS = {
    "hold": ("holds", "fails"),
    "are consistent with the publication": ("consistent", "inconsistent"),
}


@dataclass(frozen=True)
class ClaimRow:
    """One claim with its verdict.

    Attributes:
        id: of the claim.
        statement: the claim.
        target: the bound or the published value, in words.
        reference: the same as a number.
        value: ours, the mean over the seeds.
        difference: ours minus the reference.
        verdict: one of the words of verdicts.json.
        tone: good, bad or open: the colour of the verdict.
        calibration: whether it is about given checkpoints alone, and nothing that was trained here.
        reason: why.
        source: where the bound or the published value comes from.
        chains: (anchor, text) of the chains of files behind it.
    """

    id: str
    statement: str
    target: str
    reference: float | None
    value: float | None
    difference: float | None
    verdict: str
    tone: str
    calibration: bool
    reason: str
    source: str
    chains: tuple[tuple[str, str], ...]


def claim_rows(sources: ReportSources) -> tuple[ClaimRow, ...]:
    """Read every verdict, in the order of the claims."""
    return tuple(_row(entry, sources) for entry in read_json(sources.verdicts)["verdicts"])


def registration(sources: ReportSources) -> str | None:
    """When the bounds and tolerances were set; None where verdicts.json does not say."""
    registered = read_json(sources.verdicts).get("registered")
    return registered.removesuffix(".") if isinstance(registered, str) else None


def headline(claims: Sequence[ClaimRow]) -> str:
    """How many claims came out well, in one line; those about given checkpoints stand apart."""
    counted = [claim for claim in claims if not claim.calibration]
    calibrations = len(claims) - len(counted)
    if not counted:
        return f"Calibration alone, nothing trained here: {_came_out(claims)}"
    verb = "are calibrations" if calibrations > 1 else "is a calibration"
    apart = f"; {calibrations} more {verb}" if calibrations else ""
    return _came_out(counted) + apart


def tally(claims: Sequence[ClaimRow]) -> tuple[tuple[str, str, int], ...]:
    """(verdict, tone, how many) of each verdict that was given; calibrations stand apart."""
    counts = Counter((claim.calibration, claim.verdict) for claim in claims)
    return tuple(
        (f"{verdict} (calibration)" if apart else verdict, tone, counts[apart, verdict])
        for apart in (False, True)
        for verdict, tone in _TONES.items()
        if counts[apart, verdict]
    )


def claims_table(claims: Sequence[ClaimRow]) -> Table:
    """The verdict table as plain values."""
    columns = [
        Column("id", Kind.CODE),
        Column("claim"),
        Column("bound or published value"),
        Column("reference", Kind.NUMBER),
        Column("measured", Kind.NUMBER),
        Column("difference", Kind.SIGNED),
        Column("verdict"),
        Column("reason"),
        Column("source"),
    ]
    rows = [
        (
            *(claim.id, claim.statement, claim.target, claim.reference, claim.value),
            *(claim.difference, claim.verdict, claim.reason, claim.source),
        )
        for claim in claims
    ]
    return build_table("verdicts", "Claims and verdicts.", columns, rows)


def _came_out(claims: Sequence[ClaimRow]) -> str:
    good = sum(claim.tone == "good" for claim in claims)
    given = {claim.verdict for claim in claims}
    words = [word for word, verdicts in _WORDS.items() if given & set(verdicts)]
    return f"{good} of {len(claims)} claims {' or '.join(words) or 'hold'}"


def _row(entry: dict[str, Any], sources: ReportSources) -> ClaimRow:
    bound = entry["bound"]
    source = [entry["source"].removesuffix(".")]
    if bound["kind"] == "published":
        source += [bound["where"], bound["protocol"].removesuffix(".")]
    return ClaimRow(
        id=entry["id"],
        statement=entry["statement"],
        target=_target(bound, entry["reference"]),
        reference=entry["reference"],
        value=entry["value"],
        difference=entry["difference"],
        verdict=entry["status"],
        tone=_TONES[entry["status"]],
        calibration=entry["calibration"],
        reason=entry["reason"],
        source=". ".join(source) + ".",
        chains=_chains(entry["files"], sources),
    )


def _target(bound: dict[str, Any], reference: float | None) -> str:
    number = show(reference, Kind.NUMBER)
    if bound["kind"] == "published":
        return f"{number} ± {show_number(bound['tolerance'])}"
    sign = {"at_least": "≥ ", "at_most": "≤ ", "equals": "= "}[bound["kind"]]
    return sign + number


def _chains(files: Sequence[str], sources: ReportSources) -> tuple[tuple[str, str], ...]:
    """The chains that the files of a claim belong to, each once."""
    chains: dict[str, str] = {}
    for file in files:
        path = sources.root / PurePosixPath(file)
        for run in sources.runs:
            if path.is_relative_to(run.folder):
                chains[run_chain_name(run)] = run.name
        for dataset in sources.datasets:
            if path in [control for _, control in dataset.controls]:
                chains[control_chain_name(dataset)] = f"controls of {dataset.name}"
    return tuple(chains.items())
