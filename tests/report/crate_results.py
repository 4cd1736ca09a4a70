"""A results folder with its crate."""

import os
from pathlib import Path

from methods.data.files import write_json
from methods.reporting.crate.document import write_crate
from methods.reporting.crate.papers import read_citation
from methods.reporting.crate.snapshot import write_snapshot
from methods.reporting.jobs import JobRecord, read_jobs
from tests.report.results import REPOSITORY, Results

ENDED = 1_790_000_000  # 2026-09-21T14:13:20 UTC
NAMED = ("Snakefile", "rules/report.smk", "CITATION.cff", "LICENSE", "README.md")
LOCKS = sorted((REPOSITORY / "envs/locks").glob("*.txt"))
OWN = [*(REPOSITORY / name for name in (*NAMED, "methods/data/sources.csv")), *LOCKS]


def describe_jobs(results: Results) -> None:
    """Write what the fixture's jobs leave beside their logs, and when they ended."""
    run = results.folder()
    described = {
        "train_model/more.seed0": ([run / "resolved.yaml"], [run / "train/checkpoints"]),
        "render_report": ([results.root / "verdicts.json"], [results.root / "report.html"]),
    }
    for job, (read, made) in described.items():
        values = {"input": {"read": list(map(str, read))}, "output": {"made": str(made[0])}}
        write_json(results.root / f"logs/{job}.log.job.json", values)
    for file in results.benchmarks.rglob("*.tsv"):
        os.utime(file, (ENDED, ENDED))


def jobs_of(results: Results) -> list[JobRecord]:
    """The jobs behind the results, the page's own among them."""
    benchmarks = sorted(results.benchmarks.rglob("*.tsv"))
    logs, registry = results.root / "logs", results.root / "registry"
    return read_jobs(benchmarks, results.benchmarks, logs, registry)


def make_crate(results: Results) -> Path:
    """What `workflow_scripts/write_crate.py` does."""
    write_snapshot(results.root / "workflow", REPOSITORY, OWN, results.experiment)
    write_crate(
        sources=results.sources(),
        tables=results.root / "report",
        jobs=jobs_of(results),
        seeds=results.seeds,
        citation=read_citation(REPOSITORY / "CITATION.cff"),
    )
    return results.root
