"""Describe the results as a Workflow Run RO-Crate, the workflow's own files beside them."""

from pathlib import Path

from methods.layout import REGISTRY
from methods.reporting.collecting import collect
from methods.reporting.crate.document import write_crate
from methods.reporting.crate.papers import read_citation
from methods.reporting.crate.snapshot import write_snapshot
from methods.reporting.jobs import read_jobs
from methods.reporting.published_settings import read_published
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    root, experiment = job.output["metadata"].parent, job.params["experiment"]
    repository, benchmarks = Path(job.params["project"]), Path(job.params["benchmarks"])
    sources = collect(
        root,
        experiment,
        published=read_published(job.input["published"]),
        seeds=job.params["seeds"],
        data_root=Path(job.params["data"]),
        benchmark_root=benchmarks,
        repository=repository,
    )
    write_snapshot(job.output["workflow"], repository, job.input["own"], experiment)
    measured = [*sources.benchmarks, benchmarks / "render_report.tsv"]
    write_crate(
        sources=sources,
        tables=job.input["tables"],
        jobs=read_jobs(measured, benchmarks, Path(job.params["logs"]), root / REGISTRY),
        seeds=job.params["seeds"],
        citation=read_citation(repository / "CITATION.cff"),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
