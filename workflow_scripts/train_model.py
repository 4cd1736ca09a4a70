"""Train one run with one seed, by its resolved settings, in as many processes as it has GPUs."""

from pathlib import Path

from methods.training.launching import launch
from methods.training.seeding import select_device
from methods.training.sharing import process_count
from methods.yaml_files import read_yaml
from workflow_scripts import train_process
from workflow_scripts.job import Job, run
from workflow_scripts.search_path import share_search_path


def main(job: Job) -> None:
    count = process_count(read_yaml(job.input["resolved"]))
    if count == 1:
        train_process.train(job)
        return
    share_search_path(Path(train_process.__file__).parents[1])
    launch(
        train_process.__name__,
        [str(job.description)],
        count=count,
        threads=job.threads,
        device=select_device(job.device).type,
        output=job.output["done"].parent,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
