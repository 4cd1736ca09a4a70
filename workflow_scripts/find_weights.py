"""Look for pretrained weights that the user puts in place, and write their card."""

from pathlib import Path

from methods.data.files import sha256, write_json
from methods.errors import InputError
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    weights, path = job.params["weights"], Path(job.params["path"])
    if not path.is_file():
        raise InputError(
            path.parent,
            f"no {path.name}",
            f"the weights {job.wildcards['weights']}",
            "download the file from its publisher into this folder",
        )
    digest = sha256(path)
    if not digest.startswith(weights["sha256_prefix"]):
        raise InputError(
            path,
            f"sha256 {digest}",
            f"one that begins with {weights['sha256_prefix']}",
            "download the original file again",
        )
    card = {
        "name": job.wildcards["weights"],
        "source": "local",
        "file": path.name,
        "sha256": digest,
        "network": weights["network"],
        "task": weights["task"],
    }
    write_json(job.output["card"], card)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
