"""Score one checkpoint as the method's authors do while they train."""

from pathlib import Path

from methods.data.files import write_json
from methods.training.checkpoints import written_checkpoint
from workflow_scripts.computing import computing_of
from workflow_scripts.job import Job, run
from workflow_scripts.prediction import method_part


def main(job: Job) -> None:
    iteration = int(job.wildcards["iteration"])
    with computing_of(job):
        scores = method_part(job, "validation").validate(
            run=job.params["run"],
            classes=job.params["classes"],
            checkpoint=written_checkpoint(job.input["done"], iteration),
            index=job.input["index"],
            manifest=job.input["manifest"],
            images=Path(job.params["images"]),
            split=job.wildcards["split"],
            device=job.device,
            threads=job.threads,
        )
    write_json(job.output["validation"], {"iteration": iteration, **scores})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
