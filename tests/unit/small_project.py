"""What the configuration consists of, in a folder that a test may change."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from methods.configuration.loading import Configuration, load_configuration
from methods.yaml_files import read_yaml

PROJECT = Path(__file__).parents[2]


def copy_project(folder: Path) -> Path:
    """Copy what is read before any rule runs."""
    for part in ("claims", "experiments", "methods", "receipts"):
        compiled = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / part, folder / part, ignore=compiled)
    for part in ("config.yaml", "config.schema.yaml"):
        shutil.copy(PROJECT / part, folder)
    return folder


def load_changed(project: Path, path: str, value: Any, name: str = "mini") -> Configuration:
    """Load an experiment with one value changed for good; None deletes the key."""
    file = project / f"experiments/{name}.yaml"
    experiment = read_yaml(file)
    *blocks, key = path.split(".")
    block = experiment
    for step in blocks:
        block = block[step]
    if value is None:
        del block[key]
    else:
        block[key] = value
    file.write_text(yaml.safe_dump(experiment), encoding="utf-8")
    return load_configuration(project, {"experiment": name})
