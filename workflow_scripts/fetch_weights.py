"""Fetch pretrained weights that are not in place yet, and write their card."""

from pathlib import Path

from methods.data.fetching import fetch_missing
from methods.data.files import sha256, write_json
from methods.data.first_use import checked_by, in_part, remembered
from methods.data.remedies import replace_it
from methods.errors import InputError
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    weights, path = job.params["weights"], Path(job.params["path"])
    known = weights["sha256_prefix"]
    fetch_missing(
        path.parent,
        [{"name": path.name, "sha256-prefix": known}],
        local_files=job.local_files,
        source=weights["source"],
        purpose=f"the weights {job.wildcards['weights']}",
    )
    digest = sha256(path)
    if not digest.startswith(known):
        raise InputError(
            path,
            f"sha256 {digest}",
            f"one that begins with {known}",
            replace_it(weights["source"]),
        )
    if in_part(known):
        remembered(path, digest)
    card = {
        "name": job.wildcards["weights"],
        "source": weights["source"],
        "file": path.name,
        "sha256": digest,
        "checked_by": checked_by(known),
        "remembered": in_part(known),
        "network": weights["network"],
        "task": weights["task"],
    }
    write_json(job.output["card"], card)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
