"""Write every effective value of a run, with what follows from them."""

import importlib

from methods.data.files import atomic_path
from methods.data.image_index import read_index
from methods.data.named_images import require_named
from methods.training.determinism import derived_settings
from methods.training.seeding import select_device
from methods.yaml_files import yaml_text
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    _require_gallery(job)
    settings = job.params["run"]
    method = importlib.import_module(f"methods.{settings['method']}.training")
    resolved = method.resolve(
        run=settings,
        classes=job.params["classes"],
        index=job.input["index"],
        seed=int(job.wildcards["seed"]),
        device=job.device,
    )
    resolved["derived"] |= derived_settings(job.deterministic, select_device(job.device))
    with atomic_path(job.output["resolved"]) as path:
        path.write_text(yaml_text(resolved), encoding="utf-8")


def _require_gallery(job: Job) -> None:
    """The page shows these images when all is trained and scored; that is late for a slip."""
    if job.gallery:
        split = job.gallery["split"]
        records = read_index(job.input["index"], split, job.params["classes"])
        known = {record.id for record in records}
        require_named(job.wildcards["run"], job.gallery["ids"], split, known)


if __name__ == "__main__":
    run(main, globals().get("snakemake"), computes=False)
