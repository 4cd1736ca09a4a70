"""A training is held to what was planned: every iteration once, its images and learning rates."""

from pathlib import Path
from typing import Any

import pytest

from methods.cdtr import training as cdtr
from methods.errors import InputError
from methods.more import training as more
from methods.training.audit import require_as_planned
from methods.training.watching import Watching
from tests.unit import small_cdtr_run, small_run
from tests.unit.small_keeping import small_keeping
from tests.unit.small_trainings import (
    ITERATIONS,
    METHODS,
    CrashError,
    train_small,
    train_until,
)

SEEN = {"images_seen": 12, "distinct_images_seen": 5}
RATES = {0: {"lr_encoder": 0.1, "lr_heads": 1.0}, 2: {"lr_encoder": 1 / 3, "lr_heads": 3.0}}
PLAN: dict[str, Any] = {**SEEN, "global_batch": 4, "learning_rates": RATES}
BY_STEP = "iteration,lr_encoder,lr_heads\n0,0.1,1\n1,0.2,2\n2,0.3333333,3\n"
BY_EPOCH = "iteration,epoch,lr\n0,0,0.1\n1,0,0.1\n2,1,0.3333333\n"
COUNTED = "iteration,epoch,distinct_images\n0,0,2\n1,0,3\n2,1,5\n"


def check(folder: Path, text: str, *, seen: Any = SEEN, **changes: Any) -> None:
    journal = folder / "journal.csv"
    journal.write_text(text, encoding="utf-8")
    require_as_planned(journal, 3, seen, {**PLAN, **changes})


def test_a_training_as_planned_passes(tmp_path: Path) -> None:
    check(tmp_path, BY_STEP)
    check(tmp_path, BY_EPOCH, learning_rates={0: 0.1, 1: 1 / 3})
    require_as_planned(tmp_path / "journal.csv", 3, {}, None)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("1,0.2,2\n", "", "iteration 2 in line 3, expected 1"),
        ("1,0.2,2\n", "1,0.2,2\n1,0.2,2\n", "iteration 1 in line 4, expected 2"),
        ("2,0.3333333,3\n", "", "2 iterations, expected 3"),
        ("0.3333333", "0.3333", "lr_encoder 0.3333 at iteration 2, expected the 0.3333333 of"),
        ("3,3", "3,nan", "lr_heads nan at iteration 2, expected the 3 of resolved.yaml"),
    ],
)
def test_a_journal_that_is_another_is_refused(
    tmp_path: Path, old: str, new: str, found: str
) -> None:
    with pytest.raises(InputError) as refused:
        check(tmp_path, BY_STEP.replace(old, new))
    assert f"journal.csv: found {found}" in str(refused.value)
    assert "the training cannot be trusted" in str(refused.value)


def test_a_rate_by_epoch_is_held_to_every_iteration(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lr 0\.2 at iteration 1, expected the 0\.1 of"):
        check(tmp_path, BY_EPOCH.replace("1,0,0.1", "1,0,0.2"), learning_rates={0: 0.1})


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("images_seen", "12 images seen, expected the 13 of resolved.yaml"),
        ("distinct_images_seen", "5 distinct images seen, expected the 6 of resolved.yaml"),
        ("global_batch", "4 images an iteration, expected the 5 of resolved.yaml"),
    ],
)
def test_other_images_are_refused(tmp_path: Path, key: str, found: str) -> None:
    with pytest.raises(InputError, match=found):
        check(tmp_path, BY_STEP, **{key: PLAN[key] + 1})


def test_distinct_images_are_counted_at_the_ends_of_epochs(tmp_path: Path) -> None:
    check(tmp_path, COUNTED, learning_rates={}, distinct_images_after={1: 3, 2: 5})


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("1,0,3", "1,0,4", "4 distinct images after 1 of 2 epochs, expected the 3 of"),
        ("2,1,5", "2,1,3", "3 distinct images after 2 of 2 epochs, expected the 5 of"),
    ],
)
def test_images_that_another_sampler_drew_are_refused(
    tmp_path: Path, old: str, new: str, found: str
) -> None:
    planned = {"learning_rates": {}, "distinct_images_after": {2: 5, 1: 3}}
    with pytest.raises(InputError) as refused:
        check(tmp_path, COUNTED.replace(old, new), **planned)
    assert f"journal.csv: found {found} resolved.yaml; the training" in str(refused.value)


@pytest.mark.parametrize("method", METHODS)
def test_a_training_that_went_on_is_the_one_that_resolving_has_planned(
    tmp_path: Path, method: str
) -> None:
    small, of_method = (small_run, more) if method == "more" else (small_cdtr_run, cdtr)
    run = small.small_run()
    run["training"] |= {"iterations": ITERATIONS} if method == "more" else {}
    index = small.write_images(tmp_path)
    given = {"run": run, "classes": small.CLASSES, "index": index, "seed": 0, "device": "cpu"}
    plan = of_method.resolve(**given)["derived"]
    planned = {"keeping": small_keeping(iterations=2), "watching": Watching(plan=plan)}
    with pytest.raises(CrashError):
        train_until(5, method, tmp_path, **planned)
    assert (train_small(method, tmp_path, **planned) / "done.json").is_file()
    wrong = Watching(plan={**plan, "images_seen": plan["images_seen"] + 1})
    with pytest.raises(InputError, match=r"images seen, expected the \d+ of resolved\.yaml"):
        train_small(method, tmp_path, "other", watching=wrong)
    assert not (tmp_path / "other/done.json").exists()
