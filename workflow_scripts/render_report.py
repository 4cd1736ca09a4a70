"""Render the report page and its tables."""

from pathlib import Path

from methods.reporting.collecting import collect, read_published
from methods.reporting.page import render
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    sources = collect(
        job.output["page"].parent,
        job.params["experiment"],
        published=read_published(job.input["published"]),
        seeds=job.params["seeds"],
        data_root=Path(job.params["data"]),
        benchmark_root=Path(job.params["benchmarks"]),
        repository=Path(job.params["project"]),
    )
    render(sources=sources, output=job.output["page"], tables=job.output["tables"])


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
