"""The records of the authors' settings, which those of a run are compared with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from methods.errors import InputError
from methods.yaml_files import read_yaml


def read_published(files: Sequence[Path]) -> dict[str, Any]:
    """The records of the authors' settings: a run's block by the format of the data set.

    Raises:
        InputError: two records are of one format.
    """
    published: dict[str, Any] = {}
    for file in files:
        for format, block in read_yaml(file).items():
            if format in published:
                found = f"a second record of the format {format}"
                raise InputError(file, found, "one a format", "delete one of them")
            published[format] = block
    return published
