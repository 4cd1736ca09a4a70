"""What the authors publish, for pages of experiments that evaluate none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from methods.claim_files import load_claims
from methods.claims import PERCENT, Claim, Published
from methods.configuration.experiments import read_experiment
from methods.reporting.crate.papers import Paper, read_citation
from methods.reporting.localization.words import RATES
from methods.reporting.tables import show_number

EXPERIMENT = "paper"  # whose claims are about what the papers publish
_PUBLISHED = ("paper", "readme")  # kinds of sources that are no logs and no re-runs
_METRICS = {"miou": "mIoU", **RATES}  # others have their own names


@dataclass(frozen=True)
class PublishedSources:
    """The files that tell what was published.

    Attributes:
        claims: claim files of the experiment `paper`.
        citation: CITATION.cff, with the addresses of the papers.
    """

    claims: tuple[Path, ...]
    citation: Path

    @property
    def files(self) -> list[Path]:
        """All of them."""
        return [*self.claims, self.citation]


@dataclass(frozen=True)
class PublishedPaper:
    """A publication, and the numbers of its method.

    Attributes:
        paper: where to find it.
        sources: where its numbers stand.
        numbers: each with what it is of, in words.
    """

    paper: Paper
    sources: tuple[str, ...]
    numbers: tuple[str, ...]


def published_sources(repository: Path, claims: Sequence[Path]) -> PublishedSources | None:
    """Find the files below the folder of the project's code.

    Args:
        repository: that folder.
        claims: the experiment's own claim files; None is found where one of them is about a
            publication, and so has its numbers.

    Raises:
        InputError: a claim file, or the experiment `paper`, cannot be read.
    """
    own = [claim.bound for claim in load_claims(*claims)]
    if any(isinstance(bound, Published) and bound.kind != "report" for bound in own):
        return None
    files = read_experiment(repository, EXPERIMENT)["claims"]
    return PublishedSources(tuple(repository / file for file in files), repository / "CITATION.cff")


def published_papers(sources: PublishedSources) -> tuple[PublishedPaper, ...]:
    """The shares that are published of each method, percent, as the claims about it have them.

    Raises:
        InputError: a file cannot be read.
    """
    claims = load_claims(*sources.claims)
    return tuple(_published(claims, paper) for paper in read_citation(sources.citation).papers)


def _published(claims: Sequence[Claim], paper: Paper) -> PublishedPaper:
    told: dict[str, str] = {}  # where each number stands
    for claim in claims:
        bound = claim.bound
        if not claim.source.startswith(paper.name) or not isinstance(bound, Published):
            continue
        if bound.kind in _PUBLISHED and bound.unit == PERCENT:
            measured = claim.quantity or bound
            name = str(measured.metric)
            metric = f"{_METRICS.get(name, name)} {show_number(bound.value)} %"
            asked = "" if claim.quantity else " (no run here answers it)"
            of = f"{bound.dataset} {measured.split}, {bound.stage}{asked}"
            told[f"{metric}: {of}"] = claim.source.removeprefix(f"{paper.name}, ")
    return PublishedPaper(paper, tuple(dict.fromkeys(told.values())), tuple(told))
