"""What was done: the run of the workflow, its jobs, and the engine that ran them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from methods.reporting.crate.entities import add_entity, anchor, entity_id
from methods.reporting.crate.files import CrateFile
from methods.reporting.jobs import JobRecord

_DONE = "http://schema.org/CompletedActionStatus"


def add_run(
    crate: ROCrate,
    workflow: Entity,
    *,
    given: Sequence[Entity],
    made: Sequence[Entity],
    jobs: Sequence[JobRecord],
    facts: Sequence[Entity],
) -> ContextEntity:
    """Add the run as a whole: from the begin of its first job to the end of its last."""
    return add_entity(
        crate,
        "#run",
        "CreateAction",
        name="The run of the workflow",
        description="From archives and weights to verdicts, in one or more calls of Snakemake",
        instrument=workflow,
        object=list(given),
        result=list(made),
        actionStatus=_DONE,
        additionalProperty=list(facts),
        startTime=iso(min(job.start for job in jobs)),
        endTime=iso(max(job.end for job in jobs)),
    )


def add_jobs(crate: ROCrate, jobs: Iterable[JobRecord], files: Sequence[CrateFile]) -> list[Entity]:
    """Add one action a job, with the described files that it read and made."""
    return [_add_job(crate, job, files) for job in jobs]


def add_engine(crate: ROCrate, run: Entity, version: str, jobs: Sequence[JobRecord]) -> Entity:
    """Add what Snakemake did: it carried out the steps, one a rule, by running their jobs."""
    engine = add_entity(
        crate,
        "https://snakemake.github.io",
        "SoftwareApplication",
        name="Snakemake",
        url="https://snakemake.github.io",
        softwareVersion=version,
    )
    steps = []
    for rule in dict.fromkeys(job.rule for job in jobs):
        steps.append(
            add_entity(
                crate,
                anchor("control", rule),
                "ControlAction",
                name=f"The jobs of {rule}",
                instrument=crate.get(anchor("step", rule)),
                object=[crate.get(anchor("job", job.name)) for job in jobs if job.rule == rule],
            )
        )
    return add_entity(
        crate,
        "#engine",
        "OrganizeAction",
        name=f"Snakemake {version}",
        instrument=engine,
        object=steps,
        result=run,
    )


def iso(time: datetime) -> str:
    """Such as 2026-01-31T12:00:00+00:00."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _add_job(crate: ROCrate, job: JobRecord, files: Sequence[CrateFile]) -> Entity:
    read, made = (_described(crate, paths, files) for paths in (job.inputs, job.outputs))
    return add_entity(
        crate,
        anchor("job", job.name),
        "CreateAction",
        name=job.name,
        description=f"One job of the rule {job.rule}, {job.seconds:g} s",
        instrument=crate.get(anchor("rule", job.rule)),
        startTime=iso(job.start),
        endTime=iso(job.end),
        actionStatus=_DONE,
        **({"object": read} if read else {}),
        **({"result": made} if made else {}),
    )


def _described(
    crate: ROCrate, paths: Sequence[Path], files: Sequence[CrateFile]
) -> list[Entity | None]:
    """The files in the crate that are among some paths, or lie in a folder that is."""
    return [
        crate.get(entity_id(file))
        for file in files
        if {file.root / file.path, *(file.root / file.path).parents} & set(paths)
    ]
