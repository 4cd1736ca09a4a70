"""Write every effective value of a run, with what follows from them."""

import importlib

import yaml

from methods.data.files import atomic_path
from methods.training.determinism import derived_settings
from methods.training.seeding import select_device
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
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
        path.write_text(yaml.safe_dump(resolved, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    run(main, globals().get("snakemake"), computes=False)
