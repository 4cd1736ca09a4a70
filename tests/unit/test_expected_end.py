"""When a call is expected to end: by the plan's estimates, and by its pace so far."""

import os
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from methods.configuration.loading import Configuration
from methods.planning.short import short_jobs
from methods.planning.steps import steps_to_run
from methods.planning.times import Machine, time_rows
from methods.registry.calls import Call
from methods.status.ending import expected_end, trained_file
from methods.status.progress import Progress
from tests.unit.small_plan import configuration, put, small_experiment
from tests.unit.test_registry import begin

STARTED = datetime(2026, 7, 5, 10, 0, tzinfo=UTC)
CORES = 2


@pytest.fixture
def small(tmp_path: Path) -> Configuration:
    """An experiment whose trainings take a minute and more on a CPU."""
    experiment = small_experiment()
    training = experiment["runs"]["more"]["training"]
    training |= {"iterations": 100_000, "checkpoint_every": 100_000}
    return configuration(tmp_path, experiment, device="cpu", seeds=(0,))


@pytest.fixture
def call(small: Configuration) -> Call:
    """A call that makes all of it."""
    files = [step.path for step in (*steps_to_run(small, None), *short_jobs(small, None))]
    host = socket.gethostname()
    return Call(("report",), STARTED, host, os.getpid(), len(files), (), tuple(files), CORES)


def whole(small: Configuration) -> float:
    """Seconds that all of it takes by the estimates."""
    steps = [*steps_to_run(small, None), *short_jobs(small, None)]
    return sum(row.seconds for row in time_rows(steps, Machine(gpu=False, cores=CORES)))


def finish(path: Path, when: datetime) -> None:
    put(path)
    os.utime(path, (when.timestamp(), when.timestamp()))


def test_at_its_start_the_estimates_tell(small: Configuration, call: Call) -> None:
    now = STARTED + timedelta(seconds=1)
    seconds = whole(small)
    assert seconds > 50
    assert expected_end(small, call, {}, now) == now + timedelta(seconds=seconds)


def test_what_waits_begins_when_what_trains_has_ended(small: Configuration, call: Call) -> None:
    """By the estimates, as long as little is done."""
    done = small.results / "more/seed0/train/done.json"
    training, *others = [*steps_to_run(small, None), *short_jobs(small, None)]
    assert training.path == done
    now = STARTED + timedelta(seconds=10)
    progress = Progress(done=1, total=100_000, rate=1000.0, written=now)
    expected = progress.end
    assert expected is not None
    rows = time_rows(others, Machine(gpu=False, cores=CORES))
    expected += timedelta(seconds=sum(row.seconds for row in rows))
    assert expected_end(small, call, {done: progress}, now) == expected


def test_then_its_pace_tells(small: Configuration, call: Call) -> None:
    """The training has ended, and took twice as long as estimated."""
    training, *others = [*steps_to_run(small, None), *short_jobs(small, None)]
    rows = time_rows(others, Machine(gpu=False, cores=CORES))
    left = sum(row.seconds for row in rows)
    took = whole(small) - left
    assert took > 0.1 * whole(small)
    now = STARTED + timedelta(seconds=2 * took)
    finish(training.path, now)
    end = expected_end(small, call, {}, now)
    assert end is not None
    assert (end - now).total_seconds() == pytest.approx(2 * left, abs=0.01)


def test_what_was_made_before_the_call_is_made_again(small: Configuration, call: Call) -> None:
    done = small.results / "more/seed0/train/done.json"
    now = STARTED + timedelta(seconds=1)
    before = expected_end(small, call, {}, now)
    finish(done, STARTED - timedelta(minutes=1))
    assert expected_end(small, call, {}, now) == before
    finish(done, now)
    after = expected_end(small, call, {}, now)
    assert before is not None
    assert after is not None
    assert after < before


def test_of_other_machines_and_of_nothing_no_end_is_expected(
    small: Configuration, call: Call
) -> None:
    assert expected_end(small, replace(call, cores=None), {}, STARTED) is None
    assert expected_end(small, replace(call, files=()), {}, STARTED) is None


def test_what_a_training_ends_with(small: Configuration, tmp_path: Path) -> None:
    attempt = begin(tmp_path / "registry", job="more.seed3")
    of_run = replace(attempt, wildcards={"run": "more", "seed": "3"})
    assert trained_file(of_run, small) == small.results / "more/seed3/train/done.json"
    of_weights = replace(attempt, rule="train_clip", job="clip", wildcards={"weights": "clip"})
    assert trained_file(of_weights, small) == small.weights / "clip.pt"
