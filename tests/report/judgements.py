"""Verdicts as the rule leaves them, without its look into git."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.claims import Claim
from methods.data.files import write_json
from methods.reporting.verdicts import judge_all

STANDING: Mapping[str, Any] = {
    "registration": [
        {"file": "mini.yaml", "sha256": "c" * 64, "committed": None, "preregistered": None}
    ],
}


def write_verdicts(
    root: Path, claims: Sequence[Claim], seeds: Sequence[int], runs: Mapping[str, Any]
) -> None:
    """Judge claims by the results below a folder.

    Args:
        root: results/<experiment>.
        claims: of the experiment.
        seeds: of the trainings.
        runs: the block `runs` of the experiment.
    """
    write_json(root / "verdicts.json", {**STANDING, **judge_all(claims, root, seeds, runs)})
