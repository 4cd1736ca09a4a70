"""Render the report page and its tables."""

from pathlib import Path

from methods.configuration.experiments import read_experiment
from methods.reporting.page import render
from methods.reporting.sources import collect
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    project = Path(job.params["project"])
    sources = collect(
        job.output["page"].parent,
        job.params["experiment"],
        published=[read_experiment(project, file.stem) for file in job.input["published"]],
        seeds=job.params["seeds"],
        data_root=Path(job.params["data"]),
        benchmark_root=Path(job.params["benchmarks"]),
        repository=project,
    )
    render(sources=sources, output=job.output["page"], tables=job.output["tables"])


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
