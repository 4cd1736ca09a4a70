"""Fetch pretrained weights that are not in place yet, and write their card."""

from pathlib import Path

from methods.data.fetching import fetch_missing
from methods.data.files import sha256, write_json
from methods.data.remedies import replace_it
from methods.errors import InputError
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    weights, path = job.params["weights"], Path(job.params["path"])
    fetch_missing(
        path.parent,
        [{"name": path.name, "sha256-prefix": weights["sha256_prefix"]}],
        local_files=job.local_files,
        source=weights["source"],
        purpose=f"the weights {job.wildcards['weights']}",
    )
    digest = sha256(path)
    if not digest.startswith(weights["sha256_prefix"]):
        raise InputError(
            path,
            f"sha256 {digest}",
            f"one that begins with {weights['sha256_prefix']}",
            replace_it(weights["source"]),
        )
    card = {
        "name": job.wildcards["weights"],
        "source": weights["source"],
        "file": path.name,
        "sha256": digest,
        "network": weights["network"],
        "task": weights["task"],
    }
    write_json(job.output["card"], card)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
