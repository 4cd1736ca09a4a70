"""The crate: a results folder described in the words of Provenance Run Crate 0.5.

Sources: RO-Crate Metadata Specification 1.1; Workflow RO-Crate 1.0; the Workflow Run RO-Crate
profiles 0.5 (Process, Workflow and Provenance Run Crate).
"""

from collections.abc import Sequence
from pathlib import Path

from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from methods.data.files import read_fields, write_json
from methods.reporting.crate.actions import add_engine, add_jobs, add_run, iso
from methods.reporting.crate.entities import add_entity, add_facts, add_file, add_people, entity_id
from methods.reporting.crate.facts import machine_facts
from methods.reporting.crate.files import METADATA, WORKFLOW, CrateFile, described_files
from methods.reporting.crate.papers import Citation, Paper
from methods.reporting.crate.workflow import MAIN, add_parameters, add_workflow
from methods.reporting.jobs import JobRecord
from methods.reporting.sources import ReportSources

_PROFILES = ("process", "workflow", "provenance")
_LICENCE = "https://spdx.org/licenses/MIT"


def write_crate(
    *,
    sources: ReportSources,
    tables: Path,
    jobs: Sequence[JobRecord],
    seeds: Sequence[int],
    citation: Citation,
) -> None:
    """Write `ro-crate-metadata.json` into the results folder; nothing is copied.

    Equal files, jobs and code give equal bytes.

    Args:
        sources: the files of the experiment; the workflow's own lie in their root already.
        tables: the folder of the report's tables.
        jobs: the jobs behind the results, by their ends.
        seeds: of the trainings.
        citation: of the project.

    Raises:
        InputError: a file is missing, or is not what it should be.
    """
    files = described_files(sources, _checkpoints(sources), tables)
    crate = ROCrate(version="1.1")
    crate.metadata.extra_terms["sha256"] = "http://schema.org/sha256"  # which 1.1 has not yet
    _describe_root(crate, sources, citation, jobs)
    rules = list(dict.fromkeys(job.rule for job in jobs))
    (main,) = (file for file in files if file.path == MAIN)
    workflow = add_workflow(crate, main, sources.environment, citation, rules)
    for file in files:
        if file.path != MAIN:
            add_file(crate, file)
    _describe_run(crate, workflow, sources, jobs, seeds, files)
    write_json(sources.root / METADATA, crate.metadata.generate())


def _checkpoints(sources: ReportSources) -> list[Path]:
    """The chosen checkpoint files."""
    return [Path(read_fields(run.checkpoint, {"path": str})["path"]) for run in sources.runs]


def _describe_root(
    crate: ROCrate, sources: ReportSources, citation: Citation, jobs: Sequence[JobRecord]
) -> None:
    root = crate.root_dataset
    root["name"] = f"Results of the experiment {sources.experiment}"
    root["description"] = sources.settings["description"]
    root["datePublished"] = iso(max(job.end for job in jobs))
    root["license"] = add_entity(crate, _LICENCE, "CreativeWork", name="MIT License", url=_LICENCE)
    root["conformsTo"] = [
        add_entity(
            crate,
            f"https://w3id.org/ro/wfrun/{name}/0.5",
            ["CreativeWork", "Profile"],
            name=f"{name.capitalize()} Run Crate",
            version="0.5",
        )
        for name in _PROFILES
    ]
    root.append_to("conformsTo", _add_workflow_profile(crate))
    root["citation"] = [_add_paper(crate, paper) for paper in citation.papers]


def _add_workflow_profile(crate: ROCrate) -> Entity:
    return add_entity(
        crate,
        "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
        ["CreativeWork", "Profile"],
        name="Workflow RO-Crate",
        version="1.0",
    )


def _add_paper(crate: ROCrate, paper: Paper) -> Entity:
    return add_entity(
        crate,
        paper.url,
        "ScholarlyArticle",
        name=paper.title,
        author=add_people(crate, paper.authors, "Person"),
        datePublished=str(paper.year),
    )


def _describe_run(
    crate: ROCrate,
    workflow: Entity,
    sources: ReportSources,
    jobs: Sequence[JobRecord],
    seeds: Sequence[int],
    files: Sequence[CrateFile],
) -> None:
    stated = add_parameters(crate, workflow, seeds)
    given = [file for file in files if _is_given(file) and file.path != MAIN]
    made = [file for file in files if not _is_given(file)]
    run = add_run(
        crate,
        workflow,
        given=[stated, *(crate.get(entity_id(file)) for file in given)],
        made=[crate.get(entity_id(file)) for file in made],
        jobs=jobs,
        facts=add_facts(crate, machine_facts(sources)),
    )
    actions = add_jobs(crate, jobs, files)
    engine = add_engine(crate, run, dict(sources.environment.packages)["snakemake"], jobs)
    crate.root_dataset["mentions"] = [run, *actions, engine]


def _is_given(file: CrateFile) -> bool:
    """Whether a file is what the run was given, or names it with its digest."""
    return file.path.stem == "manifest" or file.path.parts[0] in ("weights", WORKFLOW)
