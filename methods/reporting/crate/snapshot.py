"""The workflow's own small files, kept beside the results that it made."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from methods.data.files import atomic_folder
from methods.yaml_files import yaml_text

SNAKEFILE = "Snakefile"
EXPERIMENT = "experiment.yaml"


def write_snapshot(
    folder: Path, repository: Path, files: Iterable[Path], experiment: Mapping[str, Any]
) -> None:
    """Copy the files that say what ran, and write the experiment with all that it builds on.

    Args:
        folder: what is made; an older one is replaced.
        repository: the folder of the project's code.
        files: what is copied; each keeps its place in the project.
        experiment: its content.

    Raises:
        InputError: the folder cannot be written.
    """
    with atomic_folder(folder) as made:
        for file in files:
            target = made / file.resolve().relative_to(repository.resolve())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        plain = json.loads(json.dumps(experiment))  # what is shared would be written as an alias
        text = yaml_text(plain, ascii_only=False)
        (made / EXPERIMENT).write_text(text, encoding="utf-8")
