"""Render the report page and its tables."""

from pathlib import Path

from methods.claim_files import load_claims
from methods.reporting.collecting import collect
from methods.reporting.published_settings import read_published
from methods.reporting.rendering import render
from methods.reporting.verdicts import judge_all, require_judged
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    results = job.output["page"].parent
    judged = judge_all(
        load_claims(*job.input["claims"]),
        results,
        job.params["seeds"],
        job.params["runs"],
        controls=job.input["controls"],
        validations=job.input["validations"],
        voided=job.params["voided"],
    )
    require_judged(job.input["verdicts"], judged)
    sources = collect(
        results,
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
