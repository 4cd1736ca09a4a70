"""The status of an experiment, as a text for the terminal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from methods.configuration.loading import Configuration
from methods.layout import LOGS, REGISTRY, TRAINING_RULE, run_folder
from methods.recipes import make_report
from methods.registry.calls import Call, read_call
from methods.registry.journals import unfinished
from methods.registry.outcomes import Outcome, outcomes
from methods.registry.processes import is_running
from methods.registry.records import Attempt, read_attempts
from methods.status.cards import card_lines
from methods.status.ending import expected_end, trained_file
from methods.status.logged import read_logged_progress
from methods.status.progress import Progress, read_progress
from methods.terminal import GAP, table
from methods.wording import counted, single_line, visible

_LAST = 10  # attempts that are shown of those that have ended


def status_text(
    results: Path, now: datetime | None = None, configuration: Configuration | None = None
) -> str:
    """What runs, how far it and the whole call are, and the last attempts; times are local.

    Args:
        results: results/<experiment>.
        now: with its zone; the present unless given.
        configuration: of the experiment; None where no end of a call is to be estimated.

    Raises:
        InputError: a training's resolved.yaml, the description of a job that makes weights, or the
            note of a call cannot be read.
    """
    attempts, broken = read_attempts(results / REGISTRY)
    found = outcomes(attempts)
    running = {  # those of other machines too, of which nothing is known from here
        outcome.attempt.file: is_running(outcome.attempt)
        for outcome in found
        if outcome.attempt.outcome is None
    }
    going = [attempt for attempt in attempts if running.get(attempt.file, False) is not False]
    over = [outcome for outcome in found if outcome.attempt not in going]
    now = now or datetime.now(UTC)
    progress = {attempt.file: _progress(attempt, results) for attempt in going}
    call, here = _call_at_work(results)
    end = None
    if call is not None and here and configuration is not None:
        trained = _by_file(going, progress, configuration)
        end = expected_end(configuration, call, trained, now)
    idle = "None of its jobs" if call else "No job"
    sections = [
        [f"Status of {results.name}, {_local(now)}"],
        [_page(results) if call is None else _call(call, here, end)],
        _going(going, progress, None in running.values()) or [f"{idle} is running at this moment."],
        card_lines() or ["No GPU answers."],
        _over(over),
        broken,
    ]
    return visible("\n\n".join("\n".join(section) for section in sections if section))


def _call_at_work(results: Path) -> tuple[Call | None, bool]:
    """The call that is at work here, or of which that cannot be told from here; and which it is."""
    call = read_call(results)
    running = None if call is None else is_running(call)
    return (None, False) if running is False else (call, running is True)


def _call(call: Call, here: bool, end: datetime | None) -> str:
    """How many of the call's steps are done, and when all of them will be."""
    host, asked = single_line(call.host), single_line(" ".join(call.targets))
    place = "" if here else f" on {host}, of which it is only known that no end was recorded"
    done = call.done()
    if done is None:
        steps = counted(call.steps, "step")
        told = f"none of {steps} counted as done yet (none ever is where --quiet hides the count)"
    else:
        told = f"{_share(*done)} of its steps done"
    ends = f", its end expected about {_local(end)}" if end else ""
    return f"A call for {asked} is at work since {_local(call.started)}{place}: {told}{ends}."


def _page(results: Path) -> str:
    """Where the report is, while no call is at work."""
    page = results / "report.html"
    if not page.is_file():
        return f"There is no report yet; `{make_report(results.name)}` makes it."
    made = datetime.fromtimestamp(page.stat().st_mtime, UTC)
    return f"Report of {_local(made)}: {page.absolute()}"


def _by_file(
    going: Sequence[Attempt],
    progress: Mapping[Path, Progress | None],
    configuration: Configuration,
) -> dict[Path, Progress]:
    """How far each running training is, by what it ends with."""
    return {
        trained_file(attempt, configuration): found
        for attempt in going
        if (found := progress[attempt.file]) is not None
    }


def _going(
    attempts: Sequence[Attempt], progress: Mapping[Path, Progress | None], elsewhere: bool
) -> list[str]:
    rows = [("running", "since", "iteration", "rate", "expected end", "host")]
    for attempt in attempts:
        found = progress[attempt.file]
        rows.append(
            (
                _name(attempt),
                _local(attempt.started),
                *(_cells(found) if found else ("", "", "")),
                attempt.host,
            )
        )
    note = "Of another machine it is only known that no end was recorded."
    return [*table(rows, set()), *([note] if elsewhere else [])] if attempts else []


def _progress(attempt: Attempt, results: Path) -> Progress | None:
    """Of a job that trains; None of other jobs, and before the first iteration."""
    if attempt.rule == TRAINING_RULE:
        folder = results / run_folder(attempt.wildcards["run"], attempt.wildcards["seed"])
        journal = unfinished(folder / "train/journal.csv")
        progress = read_progress(journal, folder / "resolved.yaml")
    else:
        log = results / LOGS / attempt.rule / f"{attempt.job}.log"
        progress = read_logged_progress(log, attempt.started)
    if progress is None or progress.written < attempt.started:  # of an attempt before
        return None
    return progress


def _cells(progress: Progress) -> tuple[str, str, str]:
    done = _share(progress.done, progress.total)
    if progress.rate is None or progress.end is None:
        return done, "", ""
    rate = f"{progress.rate:.3g} it/s" if progress.rate >= 0.1 else f"{1 / progress.rate:.3g} s/it"
    return done, rate, f"about {_local(progress.end)}"


def _over(found: Sequence[Outcome]) -> list[str]:
    if not found:
        return ["No attempt has ended yet."]
    counts = Counter(outcome.kind for outcome in found)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
    heading = f"{counted(len(found), 'attempt')}: {told}"
    rows = [("started", "ended", "job", "outcome", "host")]
    reasons = []
    for attempt, kind, reason in found[-_LAST:]:
        ended = "no end" if attempt.ended is None else _local(attempt.ended)
        rows.append((_local(attempt.started), ended, _name(attempt), kind, attempt.host))
        if kind in ("failed", "interrupted"):
            reasons.append(f"{GAP}{_name(attempt)}: {reason}")
    title = "the last of them" if len(found) > _LAST else "all of them"
    return [f"{heading}; {title}:", *table(rows, set()), *reasons]


def _share(done: int, total: int) -> str:
    """Such as "25 of 100 (25 %)"."""
    return f"{done} of {total} ({100 * done // total} %)"


def _name(attempt: Attempt) -> str:
    return f"{attempt.rule} {attempt.job}".strip()


def _local(time: datetime) -> str:
    """Such as "2026-07-05 12:11:03 CEST"."""
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S %Z}"
