"""The report: one self-contained HTML file, and its tables as CSV."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from methods.data.files import atomic_path
from methods.provenance import read_timings
from methods.reporting.ablation import Ablation, build_ablation
from methods.reporting.attempts import AttemptsPart, build_attempts
from methods.reporting.chain import control_chains
from methods.reporting.checklists.tables import checklist_tables
from methods.reporting.claim_rows import (
    ClaimRow,
    claim_rows,
    claims_table,
    headline,
    registration,
    tally,
)
from methods.reporting.localization.section import (
    LocalizationPart,
    LocalizationSection,
    build_section,
)
from methods.reporting.marks import finalize
from methods.reporting.methods_text import MethodsText, methods_texts
from methods.reporting.notes import notes, result_sentences
from methods.reporting.record_tables import (
    checks_table,
    environment_table,
    splits_table,
    timings_table,
    weights_table,
)
from methods.reporting.run_parts import RunPart
from methods.reporting.segmentation_section import SegmentationSection, build_segmentation
from methods.reporting.settings_tables import deviations_table, formulations_table
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Table, show
from methods.reporting.training_tables import calibration_table, machines_table, training_table


@dataclass(frozen=True)
class Page:
    """Everything that the templates show, in the order of the page.

    Attributes:
        methods: names of the methods, by task.
        segmentation: None where no run is of this task; localization likewise.
    """

    experiment: str
    description: str
    headline: str
    tally: tuple[tuple[str, str, int], ...]
    results: tuple[str, ...]
    claims: tuple[ClaimRow, ...]
    registered: str | None
    verdicts: Table
    notes: tuple[str, ...]
    formulations: Table
    deviations: Table
    weights: Table
    ablation: Ablation | None
    methods: Mapping[str, str]
    training: Table
    calibration: Table
    machines: Table
    segmentation: SegmentationSection | None
    localization: LocalizationSection | None
    checks: Table
    splits: Table
    environment: Table
    timings: Table
    attempts: AttemptsPart
    methods_texts: tuple[MethodsText, ...]
    checklists: tuple[Table, ...]
    control_chains: tuple[Table, ...]

    @property
    def parts(self) -> tuple[RunPart | LocalizationPart, ...]:
        """What is shown of every run: segmentation first."""
        return tuple(part for section in self._sections for part in section.parts)

    def tables(self) -> Iterator[Table]:
        """Every table of the page; one without rows is neither shown nor written."""
        own = (value for value in vars(self).values() if isinstance(value, Table))
        ablation = (self.ablation.table,) if self.ablation else ()
        tasks = (table for section in self._sections for table in section.tables)
        chains = (table for part in self.parts for table in part.chains)
        everything = (*own, self.attempts.table, *ablation, *tasks, *chains)
        everything += (*self.checklists, *self.control_chains)
        return (table for table in everything if table.rows)

    @property
    def _sections(self) -> tuple[SegmentationSection | LocalizationSection, ...]:
        return tuple(
            section for section in (self.segmentation, self.localization) if section is not None
        )


def render(*, sources: ReportSources, output: Path, tables: Path) -> None:
    """Write the page and its tables; equal sources give equal bytes.

    Args:
        sources: the files of the experiment.
        output: the HTML file.
        tables: the folder of the CSV files.

    Raises:
        InputError: a file is missing, or is not what it should be.
    """
    page = build_page(sources)
    loader = PackageLoader("methods.reporting")
    templates = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["show"] = show
    css = Markup(loader.get_source(templates, "report.css")[0])
    html = templates.get_template("report.html.j2").render(page=page, css=css)
    for table in page.tables():
        table.write_csv(tables)
    for text in page.methods_texts:
        text.write(tables)
    with atomic_path(output) as path:
        path.write_text(html.strip() + "\n", encoding="utf-8")


def build_page(sources: ReportSources) -> Page:
    """Read the results and lay out what the page says."""
    claims = claim_rows(sources)
    localization = build_section(sources)
    return Page(
        experiment=sources.experiment,
        description=sources.settings["description"],
        headline=headline(claims),
        tally=tally(claims),
        results=(*result_sentences(sources), *(localization.results if localization else ())),
        claims=claims,
        registered=registration(sources),
        verdicts=claims_table(claims),
        notes=notes(sources, claims, localization.notes if localization else ()),
        formulations=formulations_table(sources.settings, sources.published),
        deviations=deviations_table(sources.settings, sources.published),
        weights=weights_table(sources),
        ablation=build_ablation(sources),
        methods=_methods(sources),
        training=training_table(sources.runs),
        calibration=calibration_table(sources.runs),
        machines=machines_table(sources.runs),
        segmentation=build_segmentation(sources),
        localization=localization,
        checks=checks_table(sources.datasets),
        splits=splits_table(sources.datasets),
        environment=environment_table(sources.environment),
        timings=timings_table(read_timings(sources.benchmarks, sources.benchmark_root)),
        attempts=build_attempts(sources.root),
        methods_texts=methods_texts(sources),
        checklists=checklist_tables(sources),
        control_chains=tuple(control_chains(sources)),
    )


def _methods(sources: ReportSources) -> dict[str, str]:
    """The methods of each task's runs, each once, in the order of the experiment."""
    named: dict[str, list[str]] = {}
    for run in sources.settings["runs"].values():
        named.setdefault(run["task"], []).append(run["method"])
    return {task: ", ".join(dict.fromkeys(methods)) for task, methods in named.items()}
