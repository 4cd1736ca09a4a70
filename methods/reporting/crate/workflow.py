"""The workflow in the crate: its file, its language, its rules as steps, its parameters."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rocrate.model.computationalworkflow import ComputationalWorkflow
from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from methods.provenance import Environment
from methods.reporting.crate.entities import (
    add_entity,
    add_facts,
    add_people,
    anchor,
    file_properties,
)
from methods.reporting.crate.facts import code_facts
from methods.reporting.crate.files import WORKFLOW, CrateFile
from methods.reporting.crate.papers import Citation
from methods.reporting.crate.snapshot import EXPERIMENT, SNAKEFILE

_FORMAL = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
_COMPUTATIONAL = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_TYPES = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
MAIN = Path(WORKFLOW, SNAKEFILE)
_INPUTS = {"experiment": Path(WORKFLOW, EXPERIMENT)}
_OUTPUTS = {"verdicts": Path("verdicts.json"), "report": Path("report.html")}


def add_workflow(
    crate: ROCrate,
    file: CrateFile,
    environment: Environment,
    citation: Citation,
    rules: Iterable[str],
) -> ComputationalWorkflow:
    """Add the main workflow with one step a rule.

    Args:
        crate: the crate.
        file: the Snakefile in it.
        environment: the state of the code, and the version of Snakemake.
        citation: version and authors of the project.
        rules: names of the rules that ran, in the order of the steps.
    """
    workflow = crate.add_workflow(
        dest_path=file.path,
        main=True,
        lang="snakemake",
        lang_version=dict(environment.packages)["snakemake"],
        properties={"@type": _TYPES, **file_properties(file), "name": citation.title},
    )
    workflow["conformsTo"] = add_entity(
        crate,
        _COMPUTATIONAL,
        ["CreativeWork", "Profile"],
        name="ComputationalWorkflow",
        version="1.0",
    )
    workflow["version"] = citation.version
    workflow["creator"] = add_people(crate, citation.authors, "Organization")
    workflow["additionalProperty"] = add_facts(crate, code_facts(environment))
    tools = [_add_tool(crate, rule, citation.version) for rule in rules]
    workflow["hasPart"] = tools
    workflow["step"] = [_add_step(crate, tool, place) for place, tool in enumerate(tools, 1)]
    return workflow


def add_parameters(
    crate: ROCrate, workflow: ComputationalWorkflow, seeds: Sequence[int]
) -> ContextEntity:
    """Add what the workflow is given and what it answers with.

    Returns:
        The seeds, which are in no file.
    """
    given = add_entity(
        crate, "#seeds", "PropertyValue", name="seeds", value=", ".join(map(str, seeds))
    )
    inputs = [_add_parameter(crate, "seeds", "Text", given)]
    inputs += [_add_parameter(crate, *of_file) for of_file in _files(crate, _INPUTS)]
    workflow["input"] = inputs
    workflow["output"] = [_add_parameter(crate, *of) for of in _files(crate, _OUTPUTS)]
    return given


def _files(crate: ROCrate, named: Mapping[str, Path]) -> list[tuple[str, str, Entity]]:
    return [(name, "File", crate.get(path.as_posix())) for name, path in named.items()]


def _add_parameter(crate: ROCrate, name: str, type: str, value: Entity) -> ContextEntity:
    """A parameter, tied to the value that it had."""
    parameter = add_entity(
        crate,
        anchor("parameter", name),
        "FormalParameter",
        name=name,
        additionalType=type,
        conformsTo={"@id": _FORMAL},
        workExample=value,
    )
    value["exampleOfWork"] = parameter
    return parameter


def _add_step(crate: ROCrate, tool: ContextEntity, position: int) -> ContextEntity:
    """The place of a rule among the others, from 1 on."""
    return add_entity(
        crate,
        anchor("step", str(tool["name"])),
        "HowToStep",
        name=tool["name"],
        position=position,
        workExample=tool,
    )


def _add_tool(crate: ROCrate, rule: str, version: str) -> ContextEntity:
    """The script of a rule."""
    return add_entity(
        crate,
        anchor("rule", rule),
        "SoftwareApplication",
        name=rule,
        description=f"The Snakemake rule {rule} with the script that it runs",
        softwareVersion=version,
    )
