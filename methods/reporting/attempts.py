"""Every attempt at a training, as the registry of the experiment holds them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from methods.layout import REGISTRY, TRAINING_RULE, run_folder
from methods.registry.outcomes import Outcome, outcomes
from methods.registry.records import Attempt, read_attempts
from methods.registry.trainings import run_and_seed, unshown_trainings
from methods.rehearsal import MARK
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table
from methods.wording import counted

_ORDER = ("finished", "superseded", "failed", "interrupted")


@dataclass(frozen=True)
class AttemptsPart:
    """What the page says of the attempts at trainings, without those of rehearsals.

    Attributes:
        sentence: how many there were, and what became of them.
        table: one row an attempt; without rows where none was recorded.
        open: whether there is more to see than trainings that finished at once.
        broken: a sentence on each file of the registry that is no record.
    """

    sentence: str
    table: Table
    open: bool
    broken: tuple[str, ...]


def build_attempts(root: Path) -> AttemptsPart:
    """Read the registry in results/<experiment>; there is none where somebody deleted it."""
    attempts, broken = read_attempts(root / REGISTRY / TRAINING_RULE)
    found = outcomes([attempt for attempt in attempts if MARK not in attempt.job])
    return AttemptsPart(
        sentence=_sentence(found),
        table=_table(found, root),
        open=bool(broken) or any(outcome.kind != "finished" for outcome in found),
        broken=tuple(broken),
    )


def unshown_sentences(sources: ReportSources) -> Iterator[str]:
    """What was trained to the end and stands nowhere on the page, so that nobody picks seeds."""
    shown = {(run.run, str(run.seed)) for run in sources.runs}
    for attempt in unshown_trainings(sources.root / REGISTRY, shown):
        run, seed = run_and_seed(attempt)
        yield (
            f"Not shown: run {run} was also trained with seed {seed}, to the end on"
            f" {_time(attempt.ended)} (UTC). The configuration names it no longer, and no verdict"
            " counts it."
        )


def _sentence(found: list[Outcome]) -> str:
    if not found:
        return "No attempt at a training was recorded."
    trainings = len({outcome.attempt.job for outcome in found})
    counts = Counter(outcome.kind for outcome in found)
    if set(counts) == {"finished"}:  # a second attempt would have superseded the first
        return f"{counted(trainings, 'training')}, finished at the first attempt."
    kinds = sorted(counts, key=lambda kind: _ORDER.index(kind) if kind in _ORDER else len(_ORDER))
    told = ", ".join(f"{counts[kind]} {kind}" for kind in kinds)
    return f"{counted(len(found), 'attempt')} at {counted(trainings, 'training')}: {told}."


def _table(found: list[Outcome], root: Path) -> Table:
    rows: list[list[Cell]] = []
    for attempt, kind, reason in found:
        journal = _journal(attempt, kind, root)
        rows.append(
            [
                attempt.wildcards.get("run"),
                attempt.wildcards.get("seed"),
                kind,
                reason,
                _time(attempt.started),
                _time(attempt.ended),
                attempt.host,
                attempt.settings[:12],
                attempt.file.relative_to(root).as_posix(),
                None if journal is None else journal.relative_to(root).as_posix(),
            ]
        )
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.NAME),
        Column("outcome", Kind.NAME),
        Column("reason"),
        Column("started (UTC)", Kind.NAME),
        Column("ended (UTC)", Kind.NAME),
        Column("host", Kind.NAME),
        Column("digest of the settings", Kind.CODE),
        Column("record", Kind.FILE),
        Column("journal", Kind.FILE),
    ]
    caption = "Attempts at trainings, with those that failed, were stopped or were made again."
    return build_table("attempts", caption, columns, rows)


def _journal(attempt: Attempt, kind: str, root: Path) -> Path | None:
    """The journal that is still there: the result itself, or what was kept of it."""
    if kind == "finished":
        folder = run_folder(attempt.wildcards["run"], attempt.wildcards["seed"])
        journal = root / folder / "train/journal.csv"
    else:
        journal = attempt.kept_journal
    return journal if journal.is_file() else None


def _time(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d %H:%M:%S}"
