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
    "equivalent": "good",
    "consistent": "good",
    "fails": "bad",
    "above": "bad",
    "below": "bad",
    "inconsistent": "bad",
    "void": "bad",
    "inconclusive": "open",
    "not evaluated": "open",
}
_WORDS = {
    "hold": ("holds", "fails"),
    "are equivalent to": ("equivalent", "above", "below", "inconclusive"),
    "are consistent with": ("consistent", "inconsistent"),
}
# With a one-sided direction, an interval beyond the end that does not count.
_BETTER = {("above", "at least"), ("below", "at most")}
_SOURCES = {
    "paper": "paper",
    "readme": "README",
    "log": "the authors' training log",
    "report": "report of a re-run",
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
        of_report: whether its number stands in somebody's report of a re-run, not in a publication.
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
    of_report: bool
    reason: str
    source: str
    chains: tuple[tuple[str, str], ...]


def claim_rows(sources: ReportSources) -> tuple[ClaimRow, ...]:
    """Read every verdict, in the order of the claims."""
    return tuple(_row(entry, sources) for entry in read_json(sources.verdicts)["verdicts"])


def registration(sources: ReportSources) -> str | None:
    """When the bounds and tolerances were set; None where verdicts.json does not say.

    What the files say of themselves, then of each its digest, the first commit that holds it as it
    is, and whether that is older than the first training.
    """
    document = read_json(sources.verdicts)
    registered = document.get("registered")
    if not isinstance(registered, str):
        return None
    files = [_registered(entry) for entry in document.get("registration", ())]
    return ". ".join([registered.removesuffix("."), *files])


def headline(claims: Sequence[ClaimRow]) -> str:
    """How many claims came out well, in one line.

    Those about given checkpoints stand apart, and so do those about the report of a re-run: whoever
    repeats a failure well has reproduced no publication.
    """
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


def _registered(entry: dict[str, Any]) -> str:
    committed = entry["committed"] or "not known"
    before = {True: "yes", False: "no", None: "not known"}[entry["preregistered"]]
    return (
        f"{entry['file']} (SHA-256 {entry['sha256'][:12]}): first commit of this content"
        f" {committed}; before the first training: {before}"
    )


def _came_out(claims: Sequence[ClaimRow]) -> str:
    sources = {False: "the publication", True: "the report of a re-run"}
    groups = {of: [c for c in claims if c.of_report == of] for of in sources}
    return "; ".join(_counted(group, sources[of]) for of, group in groups.items() if group)


def _counted(claims: Sequence[ClaimRow], source: str) -> str:
    good = sum(claim.tone == "good" for claim in claims)
    given = {claim.verdict for claim in claims}
    words = [word for word, verdicts in _WORDS.items() if given & set(verdicts)]
    told = " or ".join(word if word == "hold" else f"{word} {source}" for word in words)
    return f"{good} of {len(claims)} claims {told or 'hold'}"


def _row(entry: dict[str, Any], sources: ReportSources) -> ClaimRow:
    bound = entry["bound"]
    better = (entry["status"], bound.get("direction")) in _BETTER
    return ClaimRow(
        id=entry["id"],
        statement=entry["statement"],
        target=_target(bound, entry["reference"]),
        reference=entry["reference"],
        value=entry["value"],
        difference=entry["difference"],
        verdict=entry["status"],
        tone="good" if better else _TONES[entry["status"]],
        calibration=entry["calibration"],
        of_report=bound.get("source_kind") == "report",
        reason=" ".join([entry["reason"], *_causes(entry.get("variation", {}))]),
        source=_source(entry),
        chains=_chains(entry["files"], sources),
    )


def _source(entry: dict[str, Any]) -> str:
    """Where the number comes from; of a published one also of what it is, and how it was made."""
    bound = entry["bound"]
    told = [entry["source"]]
    if bound["kind"] == "published":
        told[0] = f"{told[0].removesuffix('.')} ({_SOURCES[bound['source_kind']]})"
        told += [bound["where"], f"{bound['dataset']}, {bound['stage']}", bound["protocol"]]
        told += ["It may be the best of several runs or checkpoints"] * bound["maybe_maximum"]
        told += [bound["note"]] if bound["note"] else []
    return " ".join(f"{text.removesuffix('.')}." for text in told)


def _causes(variation: dict[str, Any]) -> list[str]:
    """What moves the number, in one sentence; none where there is no data on it."""
    causes = []
    if "seeds" in variation:
        causes.append(
            f"SD over {variation['seeds']['number']} seeds {variation['seeds']['sd']:.2f}"
        )
    if "images" in variation:
        error = variation["images"]["standard_error"]
        causes.append(f"standard error over images {error:.2f}")
    if "checkpoints" in variation:
        width = variation["checkpoints"]["width"]
        causes.append(f"range over the later checkpoints, as they are validated, {width:.2f}")
    return [f"What moves it, in points: {'; '.join(causes)}."] if causes else []


def _target(bound: dict[str, Any], reference: float | None) -> str:
    number = show(reference, Kind.NUMBER)
    if bound["kind"] == "published":
        sign = {"two-sided": "±", "at least": "\u2212", "at most": "+"}[bound["direction"]]
        return f"{number} {sign} {show_number(bound['tolerance'])}"
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
