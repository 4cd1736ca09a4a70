"""A rehearsal is a valid run that meets what the whole training meets."""

from pathlib import Path

import pytest

from methods.configuration.experiments import read_experiment
from methods.data.sample import sample_manifest, sample_rows
from methods.rehearsal import MARK, iterations, original, rehearsals

PROJECT = Path(__file__).parents[2]
EXPERIMENTS = sorted(path.stem for path in (PROJECT / "experiments").glob("*.yaml"))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_rehearsals_of_every_experiment(name: str) -> None:
    experiment = read_experiment(PROJECT, name)
    found = rehearsals(experiment)
    assert list(found.runs) == [f"{run}{MARK}" for run in experiment["runs"]]
    for run, whole in experiment["runs"].items():
        short = found.runs[f"{run}{MARK}"]
        assert original(short["dataset"]) == whole["dataset"]
        sample = found.datasets[short["dataset"]]
        assert iterations(short, sample) == 2
        assert iterations(whole, experiment["datasets"][whole["dataset"]]) > 2
        same = ("method", "network", "weights", "formulation", "protocols", "evaluation")
        assert all(short.get(key) == whole.get(key) for key in same)
        assert short["training"]["batch_size"] == whole["training"]["batch_size"]


def test_both_masks_and_every_loss_are_met() -> None:
    runs = rehearsals(read_experiment(PROJECT, "paper")).runs
    training = runs[f"more{MARK}"]["training"]
    losses = training["losses"]
    # The late masks are those of the iterations behind the switch (methods/more/objective.py).
    late = [n_iter > losses["mask_switch"] for n_iter in range(training["iterations"])]
    assert late == [False, True]
    assert max(losses[start] for start in ("ptc_start", "region_start", "seg_start")) < 0
    cdtr = runs[f"cdtr{MARK}"]["training"]
    assert cdtr["sampler"]["round_to"] == cdtr["batch_size"] * cdtr["emulate_processes"] == 512


def test_a_rule_that_names_an_iteration_takes_the_last() -> None:
    experiment = read_experiment(PROJECT, "paper")
    for rule, short in (
        ({"rule": "iteration", "iteration": 2000}, {"rule": "last"}),
        ({"rule": "best", "split": "held_out"}, {"rule": "best", "split": "held_out"}),
    ):
        experiment["runs"]["more"]["checkpoint"] = rule
        assert rehearsals(experiment).runs[f"more{MARK}"]["checkpoint"] == short


def test_a_given_checkpoint_is_not_rehearsed() -> None:
    experiment = read_experiment(PROJECT, "paper")
    experiment["runs"]["more"]["checkpoint"] = {"rule": "file", "path": "x", "sha256": "0" * 64}
    found = rehearsals(experiment)
    assert list(found.runs) == [f"cdtr{MARK}"]
    assert list(found.datasets) == ["cub+train.512"]


ROWS = [
    *({"id": f"t{n}", "splits": "train|train_aug"} for n in range(10)),
    *({"id": f"s{n}", "splits": "train_aug"} for n in range(20)),
    *({"id": f"v{n}", "splits": "val"} for n in range(3)),
]


def test_sample_is_spread_over_each_split() -> None:
    taken = [row["id"] for row in sample_rows(ROWS, {"train": 2, "val": 8})]
    assert taken == ["t0", "t5", "v0", "v1", "v2"]
    taken = [row["id"] for row in sample_rows(ROWS, {"train_aug": 3})]
    assert taken == ["t0", "s0", "s10"]
    assert sample_rows(ROWS, {"test": 4}) == []


def test_manifest_of_a_sample_counts_what_is_taken() -> None:
    manifest = {"files": ["all"], "splits": {"train": {}, "train_aug": {}, "val": {}}}
    cut = sample_manifest(manifest, sample_rows(ROWS, {"train": 2, "val": 8}))
    assert {name: facts["count"] for name, facts in cut["splits"].items()} == {
        "train": 2,
        "train_aug": 2,
        "val": 3,
    }
    assert cut["files"] == ["all"]
