"""Keep the card of pretrained weights with the experiment's results."""

from methods.data.files import read_json, write_json
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    write_json(job.output["card"], read_json(job.input["card"]))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
