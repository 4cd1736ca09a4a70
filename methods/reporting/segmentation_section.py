"""What the page shows of segmentation: every run, its scores, the controls."""

from collections.abc import Mapping
from dataclasses import dataclass

from methods.reporting.class_log import class_log_of
from methods.reporting.classes_table import classes_table
from methods.reporting.figures import Drawing
from methods.reporting.method_words import method_words
from methods.reporting.protocol_names import by_name, long_name
from methods.reporting.results_tables import (
    controls_table,
    ladder_table,
    seeds_table,
)
from methods.reporting.run_parts import RunPart, control_drawings, run_parts
from methods.reporting.segmentation_words import TERMS
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Table
from methods.reporting.validation import oracle_table, validations_table


@dataclass(frozen=True)
class SegmentationSection:
    """All segmentation runs of an experiment.

    Attributes:
        terms: what the abbreviations of the field and of the methods mean.
        protocols: every step of each protocol, by its name.
        parts: one a run, in the order of the experiment.
        control_drawings: one a data set.
        ladder: the decoder's protocols.
        controls: predictions whose score is known or tells what the data are worth.
        validation: the scores of every checkpoint.
        oracle: the best checkpoint in hindsight.
        classes: scores of each class.
        seeds: the localization maps as label maps.
    """

    terms: Mapping[str, str]
    protocols: Mapping[str, str]
    parts: tuple[RunPart, ...]
    control_drawings: tuple[Drawing, ...]
    ladder: Table
    controls: Table
    validation: Table
    oracle: Table
    classes: Table
    seeds: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the section but those of the chains."""
        return tuple(value for value in vars(self).values() if isinstance(value, Table))


def build_segmentation(sources: ReportSources) -> SegmentationSection | None:
    """Read and draw every segmentation run; None where there is none.

    Raises:
        InputError: a file is missing or not what it should be.
    """
    runs = sources.segmentation
    if not runs:
        return None
    return SegmentationSection(
        terms=_terms(sources),
        protocols={
            name: f"on {protocol.split}: {long_name(protocol)}"
            for name, protocol in by_name((run.run, run.protocols) for run in runs).items()
        },
        parts=run_parts(sources),
        control_drawings=control_drawings(sources),
        ladder=ladder_table(runs),
        controls=controls_table(sources.datasets_of("segmentation")),
        validation=validations_table(runs),
        oracle=oracle_table(runs),
        classes=classes_table(runs, {run.run: class_log_of(sources, run.run) for run in runs}),
        seeds=seeds_table(runs),
    )


def _terms(sources: ReportSources) -> dict[str, str]:
    """The abbreviations of the field, then those of each method."""
    terms = dict(TERMS)
    for run in sources.segmentation:
        terms |= method_words(run.method).TERMS
    return terms
