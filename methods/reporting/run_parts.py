"""What the page shows of each segmentation run: drawings, curves, pictures, its chain of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from methods.data.files import read_json
from methods.protocols import Protocol
from methods.reporting.chain import run_chain
from methods.reporting.class_log import ClassLog, class_log_of
from methods.reporting.classes_drawing import ClassSeries, class_points, draw_classes
from methods.reporting.curves import CurveGroup, draw_journals, draw_validations
from methods.reporting.figures import Drawing
from methods.reporting.gallery import Gallery, drawn_once
from methods.reporting.links import Chain
from methods.reporting.plots import Rung, draw_ladder, seeds_note
from methods.reporting.protocol_names import short_names
from methods.reporting.reference_log import log_of, read_reference_log
from methods.reporting.results_tables import CONTROL_NAMES
from methods.reporting.segmentation_gallery import decoder_gallery, map_gallery
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import ReportSources, seeds_of

OPEN = 2  # runs that are shown in full; those after them are folded, with fewer pictures


@dataclass(frozen=True)
class RunPart:
    """One run with all its seeds.

    Attributes:
        run: its name.
        folded: whether a reader must open it.
        ladder: mIoU of the decoder's protocols.
        classes: IoU by class, and mIoU of the maps' protocols on each split.
        curves: none where nothing was trained.
        galleries: pictures of the first seed.
        pictured: run and seed of the pictures, for people.
        chains: files, one chain a seed.
    """

    run: str
    folded: bool
    ladder: Drawing
    classes: tuple[Drawing, ...]
    curves: tuple[CurveGroup, ...]
    galleries: tuple[Gallery, ...]
    pictured: str
    chains: tuple[Chain, ...]


def run_parts(sources: ReportSources) -> tuple[RunPart, ...]:
    """Read and draw every segmentation run."""
    seeds = seeds_of(sources.segmentation).values()
    return tuple(_part(runs, sources, number >= OPEN) for number, runs in enumerate(seeds))


def control_drawings(sources: ReportSources) -> tuple[Drawing, ...]:
    """The controls of segmentation of each data set, on the axis of the runs' drawings."""
    return tuple(
        _ladder(
            f"controls-{dataset.name}",
            f"Controls of {dataset.name}: mIoU on {dataset.split}",
            {CONTROL_NAMES[control]: [path] for control, path in dataset.controls},
            control=True,
        )
        for dataset in sources.datasets_of("segmentation")
    )


def _part(runs: Sequence[SegmentationSources], sources: ReportSources, folded: bool) -> RunPart:
    first = runs[0]
    dataset = sources.dataset(first.dataset)
    pictures = decoder_gallery(first, dataset, whole=not folded)
    if not folded:
        pictures += map_gallery(first, dataset)
    return RunPart(
        run=first.run,
        folded=folded,
        ladder=_protocols(f"ladder-{first.run}", runs, first.judged, first.split),
        classes=(_classes(runs, class_log_of(sources, first.run)), *_maps(runs)),
        curves=_curves(runs, sources) if first.trained else (),
        galleries=drawn_once(pictures, first.run),
        pictured=first.name,
        chains=tuple(run_chain(run, sources) for run in runs),
    )


def _curves(runs: Sequence[SegmentationSources], sources: ReportSources) -> tuple[CurveGroup, ...]:
    name = runs[0].run
    found = log_of(sources, name)
    log = None if found is None else read_reference_log(found.training, found.dataset)
    return draw_validations(name, runs, log), draw_journals(name, runs, log)


def _classes(runs: Sequence[SegmentationSources], log: ClassLog | None) -> Drawing:
    """IoU by class, by the first protocol of the decoder and by the one that stands for the run."""
    first = runs[0]
    names = short_names(first.judged)
    found = {
        name: [read_json(run.metrics(first.split, name)) for run in runs] for name in first.compared
    }
    classes = found[first.headline][0]["classes"]
    series = [
        ClassSeries(names[name], np.array([class_points(metrics) for metrics in of]))
        for name, of in found.items()
    ]
    marks = "; a mark a seed" if len(runs) > 1 else ""
    title = f"Run {first.run}: IoU by class on {first.split}, with 95 % intervals{marks}"
    return draw_classes(f"classes-{first.run}", title, classes, series, log)


def _maps(runs: Sequence[SegmentationSources]) -> list[Drawing]:
    """The label maps that follow from the localization maps, one drawing a split."""
    first = runs[0]
    drawings = []
    for split in dict.fromkeys(protocol.split for protocol in first.mapped.values()):
        among = {name: p for name, p in first.mapped.items() if p.split == split}
        name = f"seeds-{first.run}-{split}"
        drawings.append(_protocols(name, runs, among, split, "of maps as label maps "))
    return drawings


def _protocols(
    name: str,
    runs: Sequence[SegmentationSources],
    protocols: Mapping[str, Protocol],
    split: str,
    what: str = "",
) -> Drawing:
    files = {
        label: [run.metrics(split, protocol) for run in runs]
        for protocol, label in short_names(protocols).items()
    }
    return _ladder(name, f"Run {runs[0].run}: mIoU {what}on {split}", files)


def _ladder(
    name: str, title: str, files: Mapping[str, Sequence[Path]], *, control: bool = False
) -> Drawing:
    rungs = []
    for label, paths in files.items():
        metrics = [read_json(path) for path in paths]
        rungs.append(Rung(label, tuple((m["miou"], *m["interval_95"]) for m in metrics)))
    seeds = max(len(rung.points) for rung in rungs)
    title = f"{title}, with 95 % intervals{seeds_note(seeds)}"
    return draw_ladder(name, title, rungs, control=control)
