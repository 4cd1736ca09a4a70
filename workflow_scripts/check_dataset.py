"""Check an extracted data set and write its manifest and the index that training reads."""

from dataclasses import asdict
from pathlib import Path

from methods.data.files import read_json, write_json
from methods.data.first_use import digest_check
from methods.data.formats import adapter
from methods.data.held_out import HeldOut
from methods.data.manifest import write_index
from methods.data.published_counts import published_check, published_counts
from methods.settings import build
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    held_out, format = job.params["held_out"], job.params["format"]
    root, splits = Path(job.params["images"]), job.params["splits"]
    checked = adapter(format).check(
        root,
        dataset=job.wildcards["dataset"],
        classes=job.params["classes"],
        splits=splits,
        images=job.params["expected_images"],
        held_out=build(HeldOut, held_out) if held_out else None,
        threads=job.threads,
    )
    archives = read_json(job.input["extraction"])["archives"]
    checks = [asdict(digest_check(archives)), *checked.checks["checks"]]
    if job.params["source"] == "published":
        expected = published_counts(format, splits)
        checks.append(asdict(published_check(root, checked.counts, expected)))
    write_json(job.output["manifest"], checked.manifest)
    write_index(job.output["index"], checked.index)
    write_json(job.output["checks"], {"checks": checks})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
