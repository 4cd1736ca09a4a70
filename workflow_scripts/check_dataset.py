"""Check an extracted data set and write its manifest and the index that training reads."""

from dataclasses import asdict
from pathlib import Path

from methods.data.files import read_json, write_json
from methods.data.first_use import digest_check
from methods.data.formats import adapter
from methods.data.held_out import HeldOut
from methods.data.manifest import write_index
from methods.settings import build
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    held_out = job.params["held_out"]
    checked = adapter(job.params["format"]).check(
        Path(job.params["images"]),
        dataset=job.wildcards["dataset"],
        classes=job.params["classes"],
        splits=job.params["splits"],
        images=job.params["expected_images"],
        held_out=build(HeldOut, held_out) if held_out else None,
        threads=job.threads,
    )
    archives = read_json(job.input["extraction"])["archives"]
    checks = [asdict(digest_check(archives)), *checked.checks["checks"]]
    write_json(job.output["manifest"], checked.manifest)
    write_index(job.output["index"], checked.index)
    write_json(job.output["checks"], {"checks": checks})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
