"""Choose a checkpoint by the declared rule."""

from methods.data.files import write_json
from methods.training.selection import select_checkpoint
from methods.training.unfinished import remove_unfinished
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    settings = job.params["settings"]
    done, validations = job.input["done"], job.input["validations"]
    write_json(job.output["checkpoint"], select_checkpoint(settings, done or None, validations))
    if done:  # Snakemake has noted that the training has finished, else it would not have come here
        remove_unfinished(done.parent)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
