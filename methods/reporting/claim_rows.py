"""The verdict table: what verdicts.json says, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from methods.data.files import read_json
from methods.reporting.bound_intervals import IntervalRemark, read_interval_remark
from methods.reporting.chain import control_chain_name, run_chain_name
from methods.reporting.claim_facts import Fact, source_facts
from methods.reporting.claim_order import in_groups
from methods.reporting.claim_words import causes, expected, target, unit
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table
from methods.reporting.verdict_intervals import TESTED
from methods.reporting.verdict_words import TWO_SIDED, Tone, label, tone


@dataclass(frozen=True)
class ClaimRow:
    """One claim with its verdict.

    Attributes:
        id: of the claim.
        statement: the claim.
        target: the bound or the published value, in words.
        reference: the same as a number.
        value: ours, the mean over the seeds.
        unit: of the value.
        difference: ours minus the reference.
        status: one of the words of verdicts.json.
        verdict: the same as the page calls it.
        tone: its colour.
        one_sided: whether too little alone, or too much alone, counts against the claim.
        trained: how many values its own is the mean of.
        statistics: of the test over the seeds, in the order of `TESTED`; all None without a test.
        calibration: whether it is about given checkpoints alone, and nothing that was trained here.
        control: whether it is about controls alone, and nothing that a method made.
        of_publication: whether it is held to a published number.
        of_chosen: whether its number is of the chosen checkpoint, and not of a stated one.
        of_report: whether its number stands in somebody's report of a re-run, not in a publication.
        reason: why.
        expected: where the number comes from that it is to equal, one sentence; empty of a bound
            and of a published number.
        interval: what the interval over images says about a bound; None where none is known.
        facts: where the bound or the published value comes from.
        files: that the verdict read, relative to results/<experiment>.
        chains: (anchor, text) of the chains of files behind it.
    """

    id: str
    statement: str
    target: str
    reference: float | None
    value: float | None
    unit: str
    difference: float | None
    status: str
    verdict: str
    tone: Tone
    one_sided: bool
    trained: int
    statistics: tuple[float | None, ...]
    calibration: bool
    control: bool
    of_publication: bool
    of_chosen: bool
    of_report: bool
    reason: str
    expected: str
    interval: IntervalRemark | None
    facts: tuple[Fact, ...]
    files: tuple[str, ...]
    chains: tuple[tuple[str, str], ...]

    @property
    def is_uncertain(self) -> bool:
        """Whether it holds by its value, and not by the whole interval over images."""
        return self.tone == "good" and self.interval is not None and self.interval.crossing != ""

    @property
    def judged(self) -> str:
        """The reason, with what the interval over images says."""
        return self.reason if self.interval is None else f"{self.reason} {self.interval}"

    @property
    def source(self) -> str:
        """The facts in a few sentences."""
        return " ".join(f"{text}." for _, text in self.facts)


def claim_rows(sources: ReportSources) -> tuple[ClaimRow, ...]:
    """Read every verdict, in the order in which claims are told."""
    entries = read_json(sources.verdicts)["verdicts"]
    groups = in_groups(entries, lambda entry: bool(entry["control"]))
    return tuple(_row(entry, sources) for _, group in groups for entry in group)


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
        Column("90 % low of the difference", Kind.SIGNED),
        Column("90 % high of the difference", Kind.SIGNED),
        Column("p value of the test"),
        Column("one more seed, 95 % low", Kind.NUMBER),
        Column("one more seed, 95 % high", Kind.NUMBER),
        Column("reason"),
        Column("source"),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            *(claim.id, claim.statement, claim.target, claim.reference, claim.value),
            *(claim.difference, claim.status, *claim.statistics, claim.judged, claim.source),
        )
        for claim in claims
    ]
    return build_table("verdicts", "Claims and verdicts.", columns, rows)


def _row(entry: dict[str, Any], sources: ReportSources) -> ClaimRow:
    bound, status, trained = entry["bound"], entry["status"], len(entry["values"])
    return ClaimRow(
        id=entry["id"],
        statement=entry["statement"],
        target=target(bound, entry["reference"]),
        reference=entry["reference"],
        value=entry["value"],
        unit=unit(entry),
        difference=entry["difference"],
        status=status,
        verdict=label(status, trained),
        tone=tone(status, bound),
        one_sided=bound.get("direction", TWO_SIDED) != TWO_SIDED,
        trained=trained,
        statistics=tuple(entry["statistics"][key] for key in TESTED),
        calibration=entry["calibration"],
        control=entry["control"],
        of_publication=bound["kind"] == "published",
        of_chosen="iteration" not in (entry["quantity"] or {}),
        of_report=bound.get("source_kind") == "report",
        reason=" ".join([entry["reason"], *causes(entry["variation"])]),
        expected=expected(entry),
        interval=read_interval_remark(entry),
        facts=source_facts(entry),
        files=tuple(entry["files"]),
        chains=_chains(entry["files"], sources),
    )


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
