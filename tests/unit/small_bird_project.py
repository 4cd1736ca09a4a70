"""A project whose experiment `tiny` is tests/workflow/tiny_birds.yaml, with a claim of its own."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.yaml_files import read_yaml
from tests.unit.small_project import PROJECT, copy_project

WORKFLOW = PROJECT / "tests/workflow"
# What is said of a key that does not belong beside another.
BESIDE = (
    "found this key, expected none beside what else the block says; delete it or change what stands"
    " beside it."
)


def copy_bird_project(folder: Path) -> Path:
    """Copy what is read before any rule runs."""
    copy_project(folder)
    shutil.copy(WORKFLOW / "tiny_birds.yaml", folder / "experiments/tiny.yaml")
    perfect = {"control": "perfect", "dataset": "birds", "split": "test", "metric": "gt_known"}
    write_claim(folder, {"quantity": perfect})
    return folder


def write_claim(project: Path, quantities: dict[str, Any]) -> None:
    """Let the experiment claim this alone."""
    claim = {"id": "one", "statement": "It is good.", "source": "A test.", "at_least": 10}
    content = {"registered": "2026-11-24, for a test", "claims": [{**claim, **quantities}]}
    (project / "claims/mini_birds.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def run_of(experiment: str) -> dict[str, Any]:
    """The run of an experiment of the workflow's tests."""
    (run,) = read_yaml(WORKFLOW / f"{experiment}.yaml")["runs"].values()
    return dict(run)


def load(project: Path, changes: dict[str, Any]) -> dict[str, Any]:
    """Load with values changed for good, None deletes a key; return the run."""
    file = project / "experiments/tiny.yaml"
    experiment = read_yaml(file)
    for path, value in changes.items():
        *blocks, key = path.split(".")
        block = experiment
        for name in blocks:
            block = block[name]
        if value is None:
            del block[key]
        else:
            block[key] = value
    file.write_text(yaml.safe_dump(experiment), encoding="utf-8")
    configuration = load_configuration(project, {"experiment": "tiny"})
    return dict(configuration.experiment["runs"]["cdtr"])


def sentence(project: Path, changes: dict[str, Any]) -> str:
    """What is said of the changes, behind the name of the file."""
    with pytest.raises(InputError) as refusal:
        load(project, changes)
    file, _, said = str(refusal.value).partition(", ")
    assert file == "experiments/tiny.yaml"
    return said
