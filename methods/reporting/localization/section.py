"""What the page shows of localization: every run, the controls, and where a run falls short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from methods.reporting.chain import run_chain
from methods.reporting.curves import CurveGroup, draw_journals
from methods.reporting.figures import Drawing
from methods.reporting.gallery import Gallery, drawn_once
from methods.reporting.links import Chain
from methods.reporting.localization.choices import choices_table
from methods.reporting.localization.classes_drawing import draw_classes
from methods.reporting.localization.decomposition_drawing import draw_decomposition, draw_gap
from methods.reporting.localization.gap import find_gaps, gap_table
from methods.reporting.localization.notes import notes, require_no_oracle
from methods.reporting.localization.pictures import galleries
from methods.reporting.localization.rates_drawing import draw_controls, draw_rates
from methods.reporting.localization.results import (
    accuracy_table,
    classes_table,
    controls_table,
    decomposition_table,
    rates_table,
)
from methods.reporting.localization.scored import Seeds, protocols_of, read_controls, read_scored
from methods.reporting.localization.sentences import result
from methods.reporting.localization.settings import settings_table
from methods.reporting.localization.stand_ins import stand_in
from methods.reporting.localization.threshold_drawing import draw_thresholds
from methods.reporting.localization.words import TERMS, long_name
from methods.reporting.method_words import method_words
from methods.reporting.run_parts import OPEN
from methods.reporting.sources import ReportSources, seeds_of
from methods.reporting.tables import Table


@dataclass(frozen=True)
class LocalizationPart:
    """One run with all its seeds.

    Attributes:
        run: its name.
        folded: whether a reader must open it.
        drawings: rates on each split, and by class where the classes are few.
        threshold_curves: rates over the threshold, one for protocols that share a curve.
        decomposition: class and box, right or wrong, one bar a protocol.
        curves: none where nothing was trained.
        galleries: pictures of the first seed.
        pictured: run and seed of the pictures, for people.
        chains: files, one chain a seed.
    """

    run: str
    folded: bool
    drawings: tuple[Drawing, ...]
    threshold_curves: tuple[Drawing, ...]
    decomposition: Drawing
    curves: tuple[CurveGroup, ...]
    galleries: tuple[Gallery, ...]
    pictured: str
    chains: tuple[Chain, ...]


@dataclass(frozen=True)
class LocalizationSection:
    """All localization runs of an experiment.

    Attributes:
        results: what was measured, one sentence a run.
        notes: what a reader should know before believing the numbers.
        terms: what the abbreviations of the field and of the methods mean.
        protocols: every step of each protocol, by its name.
        settings: the same by the names of the experiment.
        parts: one a run, in the order of the experiment.
        control_drawings: one a data set.
        rates: every rate of every protocol.
        accuracy: shares of right boxes at other overlaps, and what needs no threshold.
        choices: which thresholds were chosen, and how many are equally good; without rows where
            all are given.
        controls: boxes whose scores say what the data are worth.
        decomposition: how often class and box are right together, alone, or not at all.
        sentences: what each run lost against the full one; none without a full run.
        gap_drawings: class and box of every run by one protocol; none without a full run.
        gap: differences to the full run; without rows where there is none.
        classes: rates of each class.
    """

    results: tuple[str, ...]
    notes: tuple[str, ...]
    terms: Mapping[str, str]
    protocols: Mapping[str, str]
    settings: Table
    parts: tuple[LocalizationPart, ...]
    control_drawings: tuple[Drawing, ...]
    rates: Table
    accuracy: Table
    choices: Table
    controls: Table
    decomposition: Table
    sentences: tuple[str, ...]
    gap_drawings: tuple[Drawing, ...]
    gap: Table
    classes: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the section but those of the chains."""
        return tuple(value for value in vars(self).values() if isinstance(value, Table))


def build_section(sources: ReportSources) -> LocalizationSection | None:
    """Read and draw every localization run; None where there is none.

    Raises:
        InputError: a file is missing or not what it should be, or a verdict reads an oracle.
    """
    if not sources.localization:
        return None
    require_no_oracle(sources)
    runs = [[read_scored(s) for s in seeds] for seeds in seeds_of(sources.localization).values()]
    everything = [seed for seeds in runs for seed in seeds]
    controls = [read_controls(dataset) for dataset in sources.datasets_of("localization")]
    gaps, protocols = find_gaps(runs, sources.settings), protocols_of(runs)
    return LocalizationSection(
        results=tuple(result(seeds) for seeds in runs),
        notes=notes(sources, runs),
        terms=_terms(sources, runs),
        protocols={name: f"on {p.split}: {long_name(p)}" for name, p in protocols.items()},
        settings=settings_table(protocols),
        parts=tuple(_part(seeds, sources, number >= OPEN) for number, seeds in enumerate(runs)),
        control_drawings=tuple(draw_controls(of) for of in controls),
        rates=rates_table(everything),
        accuracy=accuracy_table(everything),
        choices=choices_table(everything),
        controls=controls_table(controls),
        decomposition=decomposition_table(everything),
        sentences=tuple(gap.sentence for gap in gaps),
        gap_drawings=draw_gap(runs, sources.settings),
        gap=gap_table(gaps),
        classes=classes_table(everything),
    )


def _part(seeds: Seeds, sources: ReportSources, folded: bool) -> LocalizationPart:
    first = seeds[0].files
    pictures = galleries(seeds[0], sources.dataset(first.dataset), whole=not folded)
    return LocalizationPart(
        run=first.run,
        folded=folded,
        drawings=(*(draw_rates(seeds, split) for split in _splits(seeds)), *draw_classes(seeds)),
        threshold_curves=draw_thresholds(seeds),
        decomposition=draw_decomposition(seeds),
        curves=(draw_journals(first.run, [s.files for s in seeds]),) if first.trained else (),
        galleries=drawn_once(pictures, first.run),
        pictured=first.name,
        chains=tuple(run_chain(seed.files, sources) for seed in seeds),
    )


def _terms(sources: ReportSources, runs: Sequence[Seeds]) -> dict[str, str]:
    """The abbreviations of the field, then those of each method."""
    here = stand_in(sources)
    terms = {**TERMS, **({"CUBV2": f"{TERMS['CUBV2']}; here {here}"} if here else {})}
    for seeds in runs:
        terms |= method_words(seeds[0].files.method).TERMS
    return terms


def _splits(seeds: Seeds) -> Sequence[str]:
    return list(dict.fromkeys(p.split for p in seeds[0].files.protocols.values()))
