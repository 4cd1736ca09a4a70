"""A job of one of the rules that make data, for its script to be run by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_scripts.job import Job


def data_job(
    folder: Path,
    rule: str,
    *,
    input: Mapping[str, Any],
    output: Mapping[str, Path],
    params: Mapping[str, Any],
    wildcards: Mapping[str, str],
) -> Job:
    """A job with one thread and no files of the user's own, whose log lies in a folder."""
    return Job(
        rule=rule,
        input=input,
        output=output,
        params=params,
        wildcards=wildcards,
        threads=1,
        device="auto",
        local_files={},
        states={},
        log=folder / f"{rule}.log",
    )
