"""What the results cost: time, memory and disk by rule, GPU-hours and energy by training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from methods.data.files import read_json
from methods.layout import LOGS, REGISTRY
from methods.provenance import RuleTiming, read_timings
from methods.reporting.energy import energy
from methods.reporting.figures import Drawing
from methods.reporting.jobs import JobRecord, read_jobs
from methods.reporting.jobs_drawing import draw_graph, time_words
from methods.reporting.jobs_graph import build_graph
from methods.reporting.run_sources import RunSources
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table, without_empty
from methods.wording import counted, size_text

_HOUR = 3600


@dataclass(frozen=True)
class CostPart:
    """What the page shows of it.

    Attributes:
        summary: one sentence on all jobs; None where nothing was measured.
        drawing: the graph of the rules; None where no job says what it read.
        timings: by rule.
        trainings: by run and seed.
    """

    summary: str | None
    drawing: Drawing | None
    timings: Table
    trainings: Table


def build_cost(sources: ReportSources) -> CostPart:
    """Read what the jobs behind the page took and made.

    Raises:
        InputError: a benchmark file has no wall time, or a description is none.
    """
    root = sources.root
    places = (sources.benchmark_root, root / LOGS, root / REGISTRY)
    jobs = read_jobs(sources.benchmarks, *places) if sources.benchmarks else []
    graph = build_graph(jobs)
    title = (
        "The rules behind this page, each above those that read its files; the bar at its foot is"
        " its time beside the longest"
    )
    return CostPart(
        summary=_summary(jobs) if jobs else None,
        drawing=draw_graph("rules", title, graph) if graph.edges else None,
        timings=_timings_table(read_timings(sources.benchmarks, sources.benchmark_root), jobs),
        trainings=_trainings_table(sources.runs),
    )


def _summary(jobs: Sequence[JobRecord]) -> str:
    """Such as "25 jobs took 12 min 5 s in all. No job held a GPU. ..."."""
    time = time_words(sum(job.seconds for job in jobs))
    held = [job for job in jobs if job.gpus]
    on_gpus = time_words(sum(job.gpus * job.seconds for job in held))
    gpus = f"Jobs held GPUs for {on_gpus} in all" if held else "No job held a GPU"
    size = size_text(sum(job.bytes() for job in jobs), exact=True)
    return (
        f"{counted(len(jobs), 'job')} behind this page took {time} in all, whether side by side or"
        f" one after another; a call counts more steps, such as this page. {gpus}. What they made"
        f" takes {size} of disk."
    )


def _timings_table(timings: Sequence[RuleTiming], jobs: Sequence[JobRecord]) -> Table:
    """Wall time, CPU time, memory, time on GPUs and disk by rule."""
    columns = [
        Column("rule", Kind.CODE),
        Column("jobs", Kind.COUNT),
        Column("wall time (s)", Kind.NUMBER),
        Column("CPU time (s)", Kind.NUMBER),
        Column("peak memory (bytes)", Kind.SIZE),
        Column("GPU time (s)", Kind.NUMBER),
        Column("made (bytes)", Kind.SIZE),
    ]
    rows: list[list[Cell]] = []
    for timing in sorted(timings, key=lambda timing: -timing.seconds):
        own = [job for job in jobs if job.rule == timing.rule]
        rows.append(
            [
                *(timing.rule, timing.jobs, timing.seconds, timing.cpu_seconds, timing.peak_memory),
                sum(job.gpus * job.seconds for job in own) or None,
                sum(job.bytes() for job in own),
            ]
        )
    caption = (
        "Time by rule, the longest first. A dash: a job too short to measure, or no GPU. Sizes here"
        " and below are decimal, as those of disks."
    )
    return without_empty(build_table("timings", caption, columns, rows))


def _trainings_table(runs: Sequence[RunSources]) -> Table:
    """GPU-hours, memory and energy of every training, as it recorded them itself."""
    rows: list[list[Cell]] = []
    for run in runs:
        if run.trained:
            done = read_json(run.done)
            hours = None if done["device"] == "cpu" else done["seconds"] / _HOUR
            held = _most(done, "gpu_reserved"), _most(done, "resident")
            rows.append([run.run, run.seed, hours, *held, *energy(done)])
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("GPU-hours", Kind.NUMBER),
        Column("peak GPU memory (bytes)", Kind.SIZE),
        Column("peak memory (bytes)", Kind.SIZE),
        Column("energy (Wh)", Kind.NUMBER),
        Column("how the energy was measured"),
    ]
    caption = (
        "What each training took. Memory: of the process that held most, in the attempt that came"
        " to the end, by its own account; the table above has what Snakemake saw of it now and"
        " then. Of a GPU's memory: what torch held."
    )
    return without_empty(build_table("trainings_cost", caption, columns, rows))


def _most(done: Mapping[str, Any], kind: str) -> int | None:
    """The peak of the process that had the highest, bytes; None where none has such memory."""
    peaks = [process[kind] for process in done["memory"] if process[kind] is not None]
    return max(peaks, default=None)
