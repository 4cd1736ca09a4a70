"""The card of a claim: its source, and the chain of files from it down to the data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from methods.reporting.chain import FOUNDATIONS
from methods.reporting.claim_facts import Fact, claim_files, registration_facts
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.run_sources import LocalizationSources, RunSources, SegmentationSources
from methods.reporting.sources import CLAIMS, ReportSources
from methods.reporting.tables import Table


@dataclass(frozen=True)
class CardLink:
    """A file of a chain.

    Attributes:
        step: what it is.
        file: its path, relative to the folder of the page.
        sha256: 64 hexadecimal digits.
    """

    step: str
    file: str
    sha256: str


@dataclass(frozen=True)
class CardChain:
    """The files between a claim and the data by one run and seed, or by controls.

    Attributes:
        title: of the run or of the controls.
        anchor: of the table with everything else that lies behind them.
        links: the claim first, the data last.
    """

    title: str
    anchor: str
    links: tuple[CardLink, ...]


@dataclass(frozen=True)
class Card:
    """What the page tells of a claim besides its verdict."""

    facts: tuple[Fact, ...]
    chains: tuple[CardChain, ...]


def claim_cards(
    claims: Sequence[ClaimRow], sources: ReportSources, tables: Iterable[Table]
) -> dict[str, Card]:
    """Make the card of each claim, by its id.

    Args:
        claims: their rows.
        sources: the files of the experiment.
        tables: the chains of all runs and controls, whose digests are told.
    """
    chains = {table.name: table for table in tables}
    files = claim_files(sources)
    return {claim.id: _card(claim, files.get(claim.id), sources, chains) for claim in claims}


def _card(
    claim: ClaimRow, file: Path | None, sources: ReportSources, chains: Mapping[str, Table]
) -> Card:
    read = [sources.root / name for name in claim.files]
    between = [path for run in sources.runs for name in read for path in _made_from(run, name)]
    wanted = {_relative(path, sources) for path in (*read, *between, *([file] if file else ()))}
    return Card(
        facts=(*claim.facts, *registration_facts(file, sources)),
        chains=tuple(
            CardChain(title, anchor, _links(chains[anchor], wanted))
            for anchor, title in claim.chains
        ),
    )


def _links(chain: Table, wanted: set[str]) -> tuple[CardLink, ...]:
    """The rows of a chain that a claim rests on, turned round: from the claim to the data."""
    rows = [(str(step), str(file), str(digest)) for step, file, _, digest in chain.rows]
    kept = [row for row in rows if row[0] in FOUNDATIONS or row[1] in wanted]
    claimed = [row for row in kept if row[0].startswith(CLAIMS)]
    others = [row for row in kept if row not in claimed]
    return tuple(CardLink(*row) for row in (*claimed, *reversed(others)))


def _made_from(run: RunSources, scores: Path) -> list[Path]:
    """The files of a run between its checkpoint and what a verdict reads."""
    for split, name in run.scored():
        if run.metrics(split, name) == scores:
            return [run.counts(split, name), *_outputs(run, split, name)]
    if isinstance(run, SegmentationSources) and run.submission and run.package == scores:
        return _outputs(run, *run.submission)
    return []


def _outputs(run: RunSources, split: str, name: str) -> list[Path]:
    if isinstance(run, SegmentationSources):
        return [run.predictions(split, name), run.index(split, name)]
    assert isinstance(run, LocalizationSources)  # there is no third task
    chosen = run.threshold(name)
    boxes = run.boxes(split, run.protocols[name].box)
    return [run.predictions(split), boxes, *([chosen] if chosen is not None else [])]


def _relative(path: Path, sources: ReportSources) -> str:
    """A path as the chains have it."""
    return Path(relpath(path, sources.root)).as_posix()
