"""The card of a claim: its source, and the chain of files from it down to the data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from methods.reporting.claim_facts import Fact, claim_files, standing_facts
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.links import Chain, Link, relative_file
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.run_sources import RunSources
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import ReportSources


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
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Card:
    """What the page tells of a claim besides its verdict."""

    facts: tuple[Fact, ...]
    chains: tuple[CardChain, ...]


def claim_cards(
    claims: Sequence[ClaimRow], sources: ReportSources, chains: Iterable[Chain]
) -> dict[str, Card]:
    """Make the card of each claim, by its id.

    Args:
        claims: their rows.
        sources: the files of the experiment.
        chains: of all runs and controls, whose digests are told.
    """
    named = {chain.name: chain for chain in chains}
    files = claim_files(sources)
    return {claim.id: _card(claim, files.get(claim.id), sources, named) for claim in claims}


def _card(
    claim: ClaimRow, file: Path | None, sources: ReportSources, chains: Mapping[str, Chain]
) -> Card:
    read = [sources.root / name for name in claim.files]
    between = [path for run in sources.runs for name in read for path in _made_from(run, name)]
    behind = (*read, *between, *([file] if file else ()))
    wanted = {relative_file(path, sources.root) for path in behind}
    return Card(
        facts=(*claim.facts, *standing_facts(file, sources)),
        chains=tuple(
            CardChain(title, anchor, _links(chains[anchor], wanted, claim.of_chosen))
            for anchor, title in claim.chains
        ),
    )


def _links(chain: Chain, wanted: set[str], of_chosen: bool) -> tuple[Link, ...]:
    """The links of a chain that a claim rests on, turned round: from the claim to the data."""
    always = {"foundation", "chosen"} if of_chosen else {"foundation"}
    kept = [link for link in chain.links if link.kind in always or link.file in wanted]
    claimed = [link for link in kept if link.kind == "claims"]
    others = [link for link in kept if link.kind != "claims"]
    return (*claimed, *reversed(others))


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
