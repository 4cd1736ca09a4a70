"""The card of a claim: its source, and the files that its verdict was given by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from methods.reporting.claim_facts import Fact, claim_files
from methods.reporting.claim_panels import FilePanel
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.links import Chain, Link, relative_file
from methods.reporting.sources import ReportSources

_FIRST = ("claims", "verdicts")  # kinds of links


@dataclass(frozen=True)
class Card:
    """What the page tells of a claim besides its verdict.

    Attributes:
        facts: where its number comes from.
        file: name of the claim file that holds it; None where none of the experiment does.
        links: the claim file, the verdicts, what the verdict read, then, of what has no panel,
            what that was made from.
        behind: the panels of all other files, which stand there once for all claims.
    """

    facts: tuple[Fact, ...]
    file: str | None
    links: tuple[Link, ...]
    behind: tuple[FilePanel, ...]


def claim_cards(
    claims: Sequence[ClaimRow],
    sources: ReportSources,
    chains: Iterable[Chain],
    panels: Iterable[FilePanel],
) -> dict[str, Card]:
    """Make the card of each claim, by its id.

    Args:
        claims: their rows.
        sources: the files of the experiment.
        chains: of all runs and controls, whose digests are told.
        panels: of these chains.
    """
    named, files = {chain.name: chain for chain in chains}, claim_files(sources)
    behind = {panel.chain: panel for panel in panels}
    cards = {}
    for claim in claims:
        file = files.get(claim.id)
        own = relative_file(file, sources.root) if file is not None else None
        among = [named[anchor] for anchor, _ in claim.chains]
        cards[claim.id] = Card(
            facts=claim.facts,
            file=file.name if file is not None else None,
            links=_links(claim, own, among, behind),
            behind=tuple(behind[chain.name] for chain in among if chain.name in behind),
        )
    return cards


def _links(
    claim: ClaimRow, own: str | None, chains: Sequence[Chain], panels: Mapping[str, FilePanel]
) -> tuple[Link, ...]:
    """The links of a card, from the claim file on."""
    links: dict[str, Link] = {}  # by file: several chains have the same claims and verdicts
    for chain in chains:
        first = {k.kind: k for k in chain.links if k.kind == "verdicts" or k.file == own}
        links |= {first[kind].file: first[kind] for kind in _FIRST if kind in first}
        for link in reversed(chain.links):
            below = chain.name not in panels and link.kind == "foundation"
            if link.file in claim.files or below:
                links.setdefault(link.file, link)
    return tuple(links.values())
