"""When a call that is at work will have ended, by the plan's estimates and its pace so far."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from methods.configuration.loading import Configuration
from methods.layout import TRAINING_RULE, run_folder
from methods.planning.machine import this_machine
from methods.planning.short import short_jobs
from methods.planning.step import Step
from methods.planning.steps import steps_to_run
from methods.planning.times import Machine, time_rows
from methods.registry.calls import Call
from methods.registry.records import Attempt
from methods.status.progress import Progress

_TELLING = 0.1  # share of the work behind which the pace so far tells more than the estimates
_CLOCK = timedelta(seconds=2)  # by which a file system's time may be off


def trained_file(attempt: Attempt, configuration: Configuration) -> Path:
    """What an attempt at a training ends with, of a run or of weights."""
    if attempt.rule == TRAINING_RULE:
        folder = run_folder(attempt.wildcards["run"], attempt.wildcards["seed"])
        return configuration.results / folder / "train/done.json"
    return configuration.weights / f"{attempt.job}.pt"


def expected_end(
    configuration: Configuration, call: Call, running: Mapping[Path, Progress], now: datetime
) -> datetime | None:
    """The time at which a call will have ended: what waits begins when what trains has ended.

    Args:
        configuration: of the experiment.
        call: at work on this machine.
        running: how far each training is, by what it ends with.
        now: with its zone.

    Returns:
        None where its jobs run on other machines, or nothing of its work can be estimated.
    """
    if call.cores is None:
        return None
    planned = set(call.files)
    steps = [*steps_to_run(configuration, planned), *short_jobs(configuration, planned)]
    left = [step for step in steps if not _is_made(step, call.started)]
    begun = [_rest(step, running[step.path]) for step in left if step.path in running]
    waiting = [step for step in left if step.path not in running]
    machine = this_machine(configuration, call.cores)
    whole, after = _seconds(steps, machine), _seconds(waiting, machine)
    if not whole:
        return None
    passed, done = (now - call.started).total_seconds(), whole - after - _seconds(begun, machine)
    pace = passed / done if done > _TELLING * whole else 1.0
    ends = [progress.end for progress in running.values() if progress.end is not None]
    return max([now, *ends]) + timedelta(seconds=after * pace)


def _seconds(steps: Iterable[Step], machine: Machine) -> float:
    """By the plan's estimates."""
    return sum(row.seconds for row in time_rows(steps, machine))


def _is_made(step: Step, started: datetime) -> bool:
    """Whether a step is done; a file that is older than the call will be made anew."""
    if not step.path.is_file():
        return False
    return datetime.fromtimestamp(step.path.stat().st_mtime, UTC) >= started - _CLOCK


def _rest(step: Step, progress: Progress) -> Step:
    """What is left of a training."""
    share = 1 - progress.done / progress.total
    return replace(step, macs=share * step.macs, core_seconds=share * step.core_seconds)
