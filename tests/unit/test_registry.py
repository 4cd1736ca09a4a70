"""Records of attempts: written by one process each, read whatever happened to them."""

import json
import multiprocessing
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from methods.registry.journals import keep_journal, keep_journal_of_killed
from methods.registry.outcomes import outcomes
from methods.registry.records import Attempt, read_attempts
from methods.registry.trainings import run_and_seed, unshown_trainings

FACTS = {
    "rule": "train_model",
    "job": "more.seed0",
    "wildcards": {"run": "more", "seed": "0"},
    "settings": "a" * 64,
    "code": "b" * 16,
}


def begin(folder: Path, **changes: Any) -> Attempt:
    return Attempt.begin(folder, **{**FACTS, **changes})


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    ended = begin(tmp_path).end("failed", "a.png: found <b>, expected c; do d.")
    attempts, broken = read_attempts(tmp_path)
    assert broken == []
    read = attempts[0]
    assert (read.outcome, read.reason) == ("failed", "a.png: found <b>, expected c; do d.")
    assert (read.process, read.wildcards, read.file) == (
        os.getpid(),
        FACTS["wildcards"],
        ended.file,
    )
    assert read.ended is not None
    assert before <= read.started <= read.ended <= datetime.now(UTC)


def test_fields_of_the_future_are_passed_over(tmp_path: Path) -> None:
    attempt = begin(tmp_path)
    values = json.loads(attempt.file.read_text(encoding="utf-8"))
    attempt.file.write_text(json.dumps({**values, "energy": [1]}), encoding="utf-8")
    assert read_attempts(tmp_path) == ([Attempt.read(attempt.file)], [])


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('"rule": "train_model",', '"rule": "train', "not JSON"),
        ('"started": ', '"begun": ', "no field 'started'"),
        ('"started": "2', '"started": "yesterday', "the time 'yesterday"),
        ("+00:00", "", "the time '"),
        ('"process": ', '"process": "1", "p": ', "'process' of type str"),
    ],
)
def test_a_garbled_record_is_one_sentence_and_hides_no_other(
    tmp_path: Path, old: str, new: str, found: str
) -> None:
    garbled, whole = begin(tmp_path), begin(tmp_path)
    text = garbled.file.read_text(encoding="utf-8")
    assert old in text
    garbled.file.write_text(text.replace(old, new), encoding="utf-8")
    attempts, broken = read_attempts(tmp_path)
    assert [attempt.file for attempt in attempts] == [whole.file]
    assert len(broken) == 1
    assert str(garbled.file) in broken[0]
    assert found in broken[0]


def test_a_record_that_is_being_written_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".20260101-1.0123abcd.json").write_text('{"rule"', encoding="utf-8")
    assert read_attempts(tmp_path) == ([], [])


def _attempt_many(folder: Path, job: str) -> None:
    for _ in range(10):
        begin(folder, job=job).end("finished", None)


def test_processes_at_the_same_time_lose_no_record(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_attempt_many, args=(tmp_path, job)) for job in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    attempts, broken = read_attempts(tmp_path)
    assert broken == []
    assert sorted(attempt.job for attempt in attempts) == ["a"] * 10 + ["b"] * 10
    assert {attempt.outcome for attempt in attempts} == {"finished"}


def test_what_became_of_attempts_follows_from_those_after_them(tmp_path: Path) -> None:
    begin(tmp_path / "0").end("failed", "why")
    begin(tmp_path / "0")
    begin(tmp_path / "0").end("finished", None)
    begin(tmp_path / "0", settings="c" * 64).end("finished", None)
    begin(tmp_path / "1", job="more.seed1").end("finished", None)
    begin(tmp_path / "0", settings="c" * 64, code="e").end("finished", None)
    begin(tmp_path / "0", settings="c" * 64, code="e").end("failed", "at last")
    kinds, reasons = zip(
        *[found[1:] for found in outcomes(read_attempts(tmp_path)[0])], strict=True
    )
    assert kinds == (
        *("failed", "interrupted", "superseded", "superseded"),
        *("finished", "superseded", "failed"),
    )
    assert (reasons[0], reasons[4], reasons[6]) == ("why", None, "at last")
    assert "No end was recorded" in str(reasons[1])
    assert reasons[2] == "Made again with other settings."
    assert reasons[3] == "Made again with other code."
    assert "the same settings and code" in str(reasons[5])


def test_attempts_that_start_within_a_millisecond_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(datetime(2026, 7, 5, 10, microsecond=n, tzinfo=UTC) for n in (100, 200))
    clock = SimpleNamespace(now=lambda zone: next(moments), fromisoformat=datetime.fromisoformat)
    monkeypatch.setattr("methods.registry.records.datetime", clock)
    files = [begin(tmp_path / folder).file for folder in ("1", "0")]
    assert [attempt.file for attempt in read_attempts(tmp_path)[0]] == files


def test_the_journal_of_an_attempt_that_stopped_is_kept(tmp_path: Path) -> None:
    journal = tmp_path / "train/journal.csv"
    journal.parent.mkdir()
    attempt = begin(tmp_path / "registry")
    keep_journal(attempt, journal)
    assert not attempt.kept_journal.exists()  # it had not begun one
    journal.with_name("journal.unfinished.csv").write_text("iteration\n0\n", encoding="utf-8")
    keep_journal(attempt, journal)
    assert attempt.kept_journal.read_text(encoding="utf-8") == "iteration\n0\n"


def test_the_next_attempt_keeps_the_journal_of_one_that_was_killed(tmp_path: Path) -> None:
    journal, folder = tmp_path / "journal.csv", tmp_path / "registry"
    unfinished = journal.with_name("journal.unfinished.csv")
    keep_journal_of_killed(folder, journal)  # there was none before
    failed, killed = begin(folder).end("failed", "why"), begin(folder)
    unfinished.write_text("of the killed one\n", encoding="utf-8")
    keep_journal_of_killed(folder, journal)
    assert killed.kept_journal.read_text(encoding="utf-8") == "of the killed one\n"
    assert not failed.kept_journal.exists()
    later = begin(folder)  # killed before its first line
    later_start = replace(later, started=datetime.now(UTC) + timedelta(hours=1))
    keep_journal(later_start, journal)
    assert not later.kept_journal.exists()


def test_finished_trainings_that_nobody_shows_are_known(tmp_path: Path) -> None:
    def train(run: str, seed: str, outcome: str = "finished") -> Attempt:
        folder = tmp_path / f"train_model/{run}.seed{seed}"
        facts = {"job": f"{run}.seed{seed}", "wildcards": {"run": run, "seed": seed}}
        return begin(folder, **facts).end(outcome, None)

    shown = {("more", "0")}
    assert unshown_trainings(tmp_path, shown) == []
    train("more", "0")
    train("more", "1", "failed")
    train("more+rehearsal", "2")
    begin(tmp_path / "judge_claims", rule="judge_claims", job="").end("finished", None)
    assert unshown_trainings(tmp_path, shown) == []
    train("more", "10")
    first = train("more", "1")
    train("more", "1", "failed")  # what an attempt had shown before stays known
    other = train("cdtr", "0")
    found = unshown_trainings(tmp_path, shown)
    assert [attempt.file for attempt in found][:2] == [other.file, first.file]
    assert [run_and_seed(attempt) for attempt in found] == [
        *(("cdtr", "0"), ("more", "1"), ("more", "10")),
    ]
    assert unshown_trainings(tmp_path, {run_and_seed(attempt) for attempt in found} | shown) == []
