"""The profiles agree, and name what there is."""

import re
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]


def profile(name: str) -> dict[str, Any]:
    """The settings of a profile."""
    path = PROJECT / f"profiles/{name}/config.yaml"
    settings: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return settings


def test_on_a_cluster_a_call_decides_alike_what_is_stale() -> None:
    here, cluster = profile("default"), profile("slurm")
    assert here.pop("cores") == "all"  # of this machine, which says nothing about a cluster's
    assert here.items() <= cluster.items()


def test_a_cluster_is_told_of_rules_that_there_are() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PROJECT.glob("rules/*.smk")]
    rules = {name for text in texts for name in re.findall(r"^rule (\w+):", text, re.M)}
    local = (PROJECT / "Snakefile").read_text(encoding="utf-8").partition("localrules:")[2]
    here = set(re.findall(r"^    (\w+),$", local.partition("\n\n\n")[0], re.M))
    assert {"fetch_archives", "fetch_weights"} <= here  # a node may have no way out
    assert profile("slurm")["set-resources"].keys() <= rules - here


def test_a_warning_leaves_time_to_save_a_state() -> None:
    training = profile("slurm")["set-resources"]["train_model"]
    (seconds,) = re.findall(r"^'--signal=TERM@(\d+)'$", training["slurm_extra"])
    assert 60 <= int(seconds) < 60 * training["runtime"]
