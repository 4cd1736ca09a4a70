"""What was measured of each segmentation run, in one sentence."""

from collections.abc import Sequence
from statistics import mean

from methods.data.files import read_json
from methods.reporting.method_words import run_name
from methods.reporting.protocol_names import long_name
from methods.reporting.seed_words import of_seeds
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import ReportSources, seeds_of
from methods.reporting.tables import show_number

_MIOU = " (mean over the classes of the overlap of predicted and true pixels)"


def result_sentences(sources: ReportSources) -> tuple[str, ...]:
    """The final mIoU of each run, and what it covers."""
    runs = seeds_of(sources.segmentation).values()
    return tuple(_result(seeds, first=place == 0) for place, seeds in enumerate(runs))


def _result(runs: Sequence[SegmentationSources], *, first: bool) -> str:
    run = runs[0]
    metrics = [read_json(seed.metrics(run.split, run.headline)) for seed in runs]
    name = run_name(run.run, run.method)
    what = name if run.trained else f"Calibration, a given checkpoint of {name}"
    steps = long_name(run.protocols[run.headline])
    start = f"{what}, on {run.split} (protocol {run.headline}: {steps}):"
    covered = metrics[0]["coverage"]
    images = f"{covered['evaluated']} of {covered['expected']} images"
    measure = f"mIoU{_MIOU * first}"
    if len(runs) == 1:
        low, high = (show_number(bound) for bound in metrics[0]["interval_95"])
        value = show_number(metrics[0]["miou"])
        seed = f", {of_seeds(1)}" if run.trained else ""
        span = f"95 % interval over images {low} to {high}"
        return f"{start} {value} % {measure} on {images}, {span}{seed}."
    values = [m["miou"] for m in metrics]
    listed = ", ".join(show_number(value) for value in values)
    average = show_number(mean(values))
    return f"{start} {average} % {measure} on {images}, mean of {of_seeds(len(values))} ({listed})."
