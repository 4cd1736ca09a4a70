"""A training that goes wrong is stopped in one sentence, and nothing of it is lost."""

import csv
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from methods.data.files import read_json
from methods.errors import InputError
from methods.training.guards import GradientGuard, Limits, gradient_norm
from methods.training.watching import Watching
from tests.unit.small_keeping import small_keeping
from tests.unit.small_trainings import METHODS, result, train_small

JOURNAL = Path("journal.csv")


def norms(output: Path, name: str = "journal.csv") -> list[float]:
    with (output / name).open(encoding="utf-8") as file:
        return [float(row["gradient_norm"]) for row in csv.DictReader(file)]


def test_the_norm_is_that_of_all_gradients_together() -> None:
    model = nn.Linear(3, 2)
    assert gradient_norm(model) == 0
    model.weight.grad, model.bias.grad = torch.full((2, 3), 2.0), torch.tensor([1.0, 0.0])
    assert gradient_norm(model) == 5
    assert gradient_norm(model, scale=4) == 1.25
    model.bias.grad[1] = torch.inf
    assert gradient_norm(model) == math.inf


@pytest.mark.parametrize("norm", [math.nan, math.inf])
def test_a_step_with_gradients_that_are_no_numbers_stops(norm: float) -> None:
    guard = GradientGuard(JOURNAL, Limits())
    guard.check({"iteration": 3, "gradient_norm": 1.0, "skipped_steps": 0})
    with pytest.raises(InputError) as stopped:
        guard.check({"iteration": 4, "gradient_norm": norm, "skipped_steps": 0})
    assert str(stopped.value) == (
        f"journal.csv: found gradients with a norm of {norm} at iteration 4, expected finite"
        " gradients; lower the learning rate, or set precision to fp32; a call without a change"
        " goes on from the last state and comes here again."
    )


def test_skipped_steps_stop_where_there_are_too_many_in_a_row() -> None:
    guard = GradientGuard(JOURNAL, Limits())
    for number in range(19):
        guard.check({"iteration": number, "gradient_norm": math.inf, "skipped_steps": number + 1})
    guard.check({"iteration": 19, "gradient_norm": 1.0, "skipped_steps": 19})
    for number in range(19):
        row = {"iteration": 20 + number, "gradient_norm": math.nan, "skipped_steps": 20 + number}
        guard.check(row)
    with pytest.raises(InputError, match=r"norm of nan at iteration 39, as at the 19 before it, "):
        guard.check({"iteration": 39, "gradient_norm": math.nan, "skipped_steps": 39})


@pytest.mark.parametrize("method", METHODS)
def test_an_exploding_gradient_stops_and_keeps_everything(tmp_path: Path, method: str) -> None:
    whole = train_small(method, tmp_path, "whole")
    found = norms(whole)
    assert all(0 < norm < 1e4 for norm in found)  # far below the default
    number = max(range(1, len(found)), key=found.__getitem__)
    assert found[number] > max(found[:number])
    limit = (found[number] + max(found[:number])) / 2
    keeping, watching = small_keeping(iterations=1), Watching(Limits(gradient_norm=limit))
    with pytest.raises(InputError) as stopped:
        train_small(method, tmp_path, keeping=keeping, watching=watching)
    journal = tmp_path / "train/journal.unfinished.csv"
    assert str(stopped.value) == (
        f"{journal}: found gradients with a norm of {found[number]:.4g} at iteration {number},"
        f" expected at most {limit:g}; lower the learning rate, or raise `guards: gradient_norm` in"
        " config.yaml if the losses are sound; a call without a change goes on from the last state"
        " and comes here again."
    )
    assert norms(journal.parent, journal.name) == found[: number + 1]
    assert not (tmp_path / "train/done.json").exists()
    raised = train_small(method, tmp_path, keeping=keeping)
    assert result(raised) == result(whole)
    assert [entry["iteration"] for entry in read_json(raised / "done.json")["resumed"]] == [number]
