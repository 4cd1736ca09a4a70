"""Choose a checkpoint by the declared rule."""

from methods.data.files import write_json
from methods.training.selection import select_checkpoint
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    settings = job.params["settings"]
    done, validations = job.input["done"], job.input["validations"]
    write_json(job.output["checkpoint"], select_checkpoint(settings, done or None, validations))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
