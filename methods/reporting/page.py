"""The report: one self-contained HTML file, and its tables as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from methods.data.files import atomic_path, read_json
from methods.layout import SEED_STAGES, SEGMENTATION_STAGES
from methods.provenance import read_timings
from methods.reporting.chain import chain_tables
from methods.reporting.claim_rows import (
    ClaimRow,
    claim_rows,
    claims_table,
    headline,
    registration,
    tally,
)
from methods.reporting.curves import CurveGroup, draw_journals
from methods.reporting.figures import Drawing
from methods.reporting.gallery import Gallery, seed_gallery, segmentation_galleries
from methods.reporting.notes import notes, result_sentences
from methods.reporting.plots import Rung, draw_classes, draw_ladder
from methods.reporting.record_tables import (
    checks_table,
    deviations_table,
    environment_table,
    splits_table,
    timings_table,
    weights_table,
)
from methods.reporting.results_tables import (
    CONTROL_NAMES,
    STAGE_NAMES,
    classes_table,
    controls_table,
    ladder_table,
    machines_table,
    seeds_table,
    training_table,
)
from methods.reporting.sources import ReportSources, RunSources
from methods.reporting.tables import Table, show


@dataclass(frozen=True)
class Page:
    """Everything that the template shows, in the order of the page."""

    experiment: str
    description: str
    headline: str
    tally: tuple[tuple[str, str, int], ...]
    results: tuple[str, ...]
    claims: tuple[ClaimRow, ...]
    registered: str | None
    verdicts: Table
    notes: tuple[str, ...]
    deviations: Table
    weights: Table
    ladders: tuple[Drawing, ...]
    ladder: Table
    controls: Table
    training: Table
    machines: Table
    curves: tuple[CurveGroup, ...]
    class_drawings: tuple[Drawing, ...]
    classes: Table
    seeds: Table
    galleries: tuple[tuple[str, tuple[Gallery, ...]], ...]
    checks: Table
    splits: Table
    environment: Table
    timings: Table
    chains: tuple[Table, ...]

    def tables(self) -> Iterable[Table]:
        """Every table of the page."""
        for value in vars(self).values():
            if isinstance(value, Table):
                yield value
        yield from self.chains


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
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["show"] = show
    css = Markup(loader.get_source(templates, "report.css")[0])
    html = templates.get_template("report.html.j2").render(page=page, css=css)
    for table in page.tables():
        table.write_csv(tables)
    with atomic_path(output) as path:
        path.write_text(html.strip() + "\n", encoding="utf-8")


def build_page(sources: ReportSources) -> Page:
    """Read the results and lay out what the page says."""
    claims = claim_rows(sources)
    by_run = {run.run: [r for r in sources.runs if r.run == run.run] for run in sources.runs}
    return Page(
        experiment=sources.experiment,
        description=sources.settings["description"],
        headline=headline(claims),
        tally=tally(claims),
        results=result_sentences(sources),
        claims=claims,
        registered=registration(sources),
        verdicts=claims_table(claims),
        notes=notes(sources, claims),
        deviations=deviations_table(sources),
        weights=weights_table(sources),
        ladders=tuple(chain.from_iterable(_ladders(runs, sources) for runs in by_run.values())),
        ladder=ladder_table(sources.runs),
        controls=controls_table(sources.datasets),
        training=training_table(sources.runs),
        machines=machines_table(sources.runs),
        curves=tuple(draw_journals(name, runs) for name, runs in by_run.items()),
        class_drawings=tuple(chain.from_iterable(map(_class_drawings, by_run.values()))),
        classes=classes_table(sources.runs),
        seeds=seeds_table(sources.runs),
        galleries=tuple((runs[0].name, _galleries(runs[0], sources)) for runs in by_run.values()),
        checks=checks_table(sources.datasets),
        splits=splits_table(sources.datasets),
        environment=environment_table(sources.environment),
        timings=timings_table(read_timings(sources.benchmarks, sources.benchmark_root)),
        chains=tuple(chain_tables(sources)),
    )


def _ladders(runs: Sequence[RunSources], sources: ReportSources) -> list[Drawing]:
    """The stages of the segmentation, and beside them the controls on the same axis."""
    first = runs[0]
    split = first.segmentation_split
    stages = {
        STAGE_NAMES[stage]: [run.metrics(split, stage) for run in runs]
        for stage in SEGMENTATION_STAGES
    }
    controls = {
        CONTROL_NAMES[control]: [path] for control, path in sources.dataset(first.dataset).controls
    }
    return [
        _ladder(f"ladder-{first.run}", f"{first.run}: mIoU on {split}", stages),
        _ladder(f"controls-{first.run}", f"Controls: mIoU on {split}", controls, control=True),
    ]


def _class_drawings(runs: Sequence[RunSources]) -> list[Drawing]:
    """IoU by class, and beside it the seeds that the localization maps give."""
    first = runs[0]
    split, seed_split = first.segmentation_split, first.seed_split
    maps = {
        STAGE_NAMES[stage]: [run.metrics(seed_split, stage) for run in runs]
        for stage in SEED_STAGES
    }
    raw, crf = ([read_json(run.metrics(split, stage)) for run in runs] for stage in ("raw", "crf"))
    classes = crf[0]["classes"]
    before, after = (
        np.array([[m["per_class"][name]["iou"] for name in classes] for m in stage], dtype=float)
        for stage in (raw, crf)
    )
    title = f"{first.run}: IoU by class on {split}"
    return [
        draw_classes(f"classes-{first.run}", title, classes, before, after),
        _ladder(f"seeds-{first.run}", f"{first.run}: mIoU of the maps on {seed_split}", maps),
    ]


def _ladder(
    name: str, title: str, files: Mapping[str, Sequence[Path]], *, control: bool = False
) -> Drawing:
    rungs = []
    for label, paths in files.items():
        metrics = [read_json(path) for path in paths]
        rungs.append(Rung(label, tuple((m["miou"], *m["interval_95"]) for m in metrics)))
    return draw_ladder(name, f"{title}, with 95 % intervals", rungs, control=control)


def _galleries(run: RunSources, sources: ReportSources) -> tuple[Gallery, ...]:
    dataset = sources.dataset(run.dataset)
    return (*segmentation_galleries(run, dataset), seed_gallery(run, dataset))
