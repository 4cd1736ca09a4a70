"""Look for archives that the user puts in place, and write down what they must be."""

from methods.data.files import write_json
from methods.errors import InputError
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    folder = job.output["receipt"].parent
    declared = job.params["archives"]
    missing = [entry["name"] for entry in declared if not (folder / entry["name"]).is_file()]
    if missing:
        raise InputError(
            folder,
            f"no {' and no '.join(missing)}",
            f"the archives of {job.wildcards['dataset']}",
            "download them from their publisher into this folder",
        )
    receipt = {"dataset": job.wildcards["dataset"], "source": "local", "files": declared}
    write_json(job.output["receipt"], receipt)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
