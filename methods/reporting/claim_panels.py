"""What lies behind the files that verdicts read: once for all claims about a run or control."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from methods.reporting.claim_rows import ClaimRow
from methods.reporting.links import Chain, Link, relative_file
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.run_sources import RunSources
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import ReportSources


@dataclass(frozen=True)
class FileGroup:
    """What a file that a verdict read was made from.

    Attributes:
        read: what that file is, such as "metrics, crf".
        links: from it down to the predictions.
    """

    read: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class FilePanel:
    """The files of one run and seed, or of the controls of a data set, that claims rest on.

    Attributes:
        name: its anchor.
        title: of the run or of the controls.
        chain: anchor of the table with everything else that lies behind them.
        claims: how many rest on it.
        groups: of each file that a verdict read.
        chosen: the chosen checkpoint; empty where nothing rests on it.
        of_another: whether a claim rests on the validation of another checkpoint.
        foundation: what all of them rest on.
    """

    name: str
    title: str
    chain: str
    claims: int
    groups: tuple[FileGroup, ...]
    chosen: tuple[Link, ...]
    of_another: bool
    foundation: tuple[Link, ...]


def file_panels(
    claims: Sequence[ClaimRow], sources: ReportSources, chains: Iterable[Chain]
) -> tuple[FilePanel, ...]:
    """Make the panel of each run and seed that claims rest on, and of controls if there is need.

    There is none where nothing lies between what verdicts read and the foundation.

    Args:
        claims: their rows.
        sources: the files of the experiment.
        chains: of all runs and controls, whose digests are told.
    """
    titles = dict(pair for claim in claims for pair in claim.chains)
    made = (
        _panel(chain, titles[chain.name], claims, sources)
        for chain in chains
        if chain.name in titles
    )
    return tuple(panel for panel in made if panel.groups or panel.chosen)


def _panel(
    chain: Chain, title: str, claims: Sequence[ClaimRow], sources: ReportSources
) -> FilePanel:
    links = tuple(reversed(chain.links))  # from the scores to the data
    resting = [claim for claim in claims if chain.name in dict(claim.chains)]
    read = {file for claim in resting for file in claim.files}
    groups = (_group(link, links, sources) for link in links if link.file in read)
    of_chosen = [claim.of_chosen for claim in resting]
    return FilePanel(
        name=f"files-{chain.name}",
        title=title,
        chain=chain.name,
        claims=len(resting),
        groups=tuple(group for group in groups if group.links),
        chosen=tuple(link for link in links if link.kind == "chosen") if any(of_chosen) else (),
        of_another=not all(of_chosen),
        foundation=tuple(link for link in links if link.kind == "foundation"),
    )


def _group(read: Link, links: Sequence[Link], sources: ReportSources) -> FileGroup:
    path = sources.root / read.file
    made = {relative_file(p, sources.root) for run in sources.runs for p in _made_from(run, path)}
    return FileGroup(read.name, tuple(link for link in links if link.file in made))


def _made_from(run: RunSources, scores: Path) -> Iterator[Path]:
    """The files of a run between its checkpoint and what a verdict reads."""
    for split, name in run.scored():
        if run.metrics(split, name) == scores:
            yield run.counts(split, name)
            yield from _outputs(run, split, name)
            return
    if isinstance(run, SegmentationSources) and run.submission and run.package == scores:
        yield from _outputs(run, *run.submission)


def _outputs(run: RunSources, split: str, name: str) -> list[Path]:
    if isinstance(run, SegmentationSources):
        return [run.predictions(split, name), run.index(split, name)]
    assert isinstance(run, LocalizationSources)  # there is no third task
    protocol, threshold = run.protocols[name], run.threshold(name)
    splits = protocol.splits_read
    boxes = [run.boxes(of, protocol.box) for of in splits]
    return [*map(run.predictions, splits), *boxes, *([threshold] if threshold else [])]
