"""The jobs behind the results: when each ran, on what, from what, and what it made."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from methods.data.files import read_fields
from methods.errors import InputError
from methods.provenance import read_timings
from methods.registry.records import Attempt, read_attempts

_Finished = Mapping[tuple[str, str], Attempt]  # by rule and job


@dataclass(frozen=True)
class JobRecord:
    """One job.

    Attributes:
        rule: name of the rule.
        name: the rule, and the job where a rule has several.
        seconds: wall time.
        start: when it began, by the registry; else its wall time before its end.
        end: when it ended, by the registry; else when its benchmark file was written.
        gpus: how many GPUs it held; 0 where its description is gone, or does not say.
        inputs: files and folders that it was given; none where its description is gone.
        outputs: files and folders that it made; likewise.
    """

    rule: str
    name: str
    seconds: float
    start: datetime
    end: datetime
    gpus: int
    inputs: tuple[Path, ...]
    outputs: tuple[Path, ...]

    def bytes(self) -> int:
        """Size of what it made, as far as that is still there."""
        return sum(path.stat().st_size for path in set(self._files()))

    def _files(self) -> Iterator[Path]:
        for path in self.outputs:
            yield from filter(Path.is_file, [path, *path.rglob("*")])


def read_jobs(
    benchmarks: Iterable[Path], root: Path, logs: Path, registry: Path
) -> list[JobRecord]:
    """Read what Snakemake measured of each job, and what the job left beside its log.

    Args:
        benchmarks: the TSV files.
        root: the folder that holds them, as `<rule>.tsv` or `<rule>/<job>.tsv`.
        logs: the folder of the logs, which has the same order; a job's description lies beside
            its log.
        registry: the folder of the attempts.

    Returns:
        The jobs by their ends, then by their names.

    Raises:
        InputError: there is no benchmark file, one has no wall time, or a description is none.
    """
    attempts, _ = read_attempts(registry)
    finished = {(a.rule, a.job): a for a in attempts if a.outcome == "finished"}  # the last of each
    jobs = [_read_job(path, root, logs, finished) for path in benchmarks]
    if not jobs:
        expected = "Snakemake's measurements of the jobs"
        raise InputError(root, "no file", expected, "delete report.html and rerun 'report'")
    return sorted(jobs, key=lambda job: (job.end, job.name))


def _read_job(benchmark: Path, root: Path, logs: Path, finished: _Finished) -> JobRecord:
    part = benchmark.relative_to(root).with_suffix("")
    (timing,) = read_timings([benchmark], root)
    described = _described(logs / f"{part}.log.job.json")
    attempt = finished.get((timing.rule, "/".join(part.parts[1:])))
    if attempt is not None and attempt.ended is not None:
        start, end = attempt.started, attempt.ended
    else:
        end = datetime.fromtimestamp(benchmark.stat().st_mtime, UTC)
        start = end - timedelta(seconds=timing.seconds)
    return JobRecord(
        rule=timing.rule,
        name=" ".join([timing.rule, *part.parts[1:]]),
        seconds=timing.seconds,
        start=start,
        end=end,
        gpus=described.get("gpus", 0),
        inputs=_paths(described["input"]),
        outputs=_paths(described["output"]),
    )


def _described(description: Path) -> Mapping[str, Any]:
    """What a job says of itself; a description is no output, so that somebody may delete it."""
    if not description.is_file():
        return {"input": {}, "output": {}}
    fields: Mapping[str, Any] = read_fields(description, {"input": dict, "output": dict})
    return fields


def _paths(named: Mapping[str, Any]) -> tuple[Path, ...]:
    """The paths of a description, where one name may have several."""
    values = (value if isinstance(value, list) else [value] for value in named.values())
    return tuple(Path(path) for group in values for path in group)
