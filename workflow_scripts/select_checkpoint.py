"""Choose a checkpoint by the declared rule."""

from methods.data.files import write_json
from methods.training.checkpoints import select_checkpoint
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    chosen = select_checkpoint(job.input["done"], job.params["settings"])
    write_json(job.output["checkpoint"], chosen)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
