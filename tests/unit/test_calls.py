"""The note of a call that is at work, and what the status says by it."""

import os
import socket
from pathlib import Path

import pytest

from methods.data.files import write_json
from methods.errors import InputError
from methods.registry.calls import forget_call, note_call, read_call
from methods.status.text import status_text

COUNTS = "Job stats:\n1 of 90 steps (1%) done\nFinished jobid: 3\n88 of 90 steps (98%) done\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Snakemake's own log, still empty."""
    path = tmp_path / "run.snakemake.log"
    path.touch()
    return path


@pytest.fixture
def results(tmp_path: Path, log: Path) -> Path:
    """An experiment that this process is at work on."""
    folder = tmp_path / "mini"
    note_call(folder, ["report"], 90, [str(log)], [], 2)
    return folder


def test_a_call_is_read_as_it_was_noted(results: Path, log: Path) -> None:
    call = read_call(results)
    assert call is not None
    assert (call.targets, call.steps, call.logs) == (("report",), 90, (log,))
    assert (call.host, call.process) == (socket.gethostname(), os.getpid())
    forget_call(results)
    assert read_call(results) is None
    forget_call(results)  # such as of a call that was refused before it noted itself


def test_the_status_tells_how_far_the_whole_call_is(results: Path, log: Path) -> None:
    (told,) = [line for line in status_text(results).splitlines() if line.startswith("A call")]
    assert told.startswith("A call for report is at work since ")
    none = "none of 90 steps counted as done yet (none ever is where --quiet hides the count)"
    assert told.endswith(f": {none}.")
    log.write_text(COUNTS, encoding="utf-8")
    text = status_text(results)
    assert ": 88 of 90 (97 %) of its steps done.\n" in text
    assert "None of its jobs is running at this moment." in text


def test_one_step_is_counted_too(results: Path, log: Path) -> None:
    log.write_text("1 of 1 steps (100%) done\n", encoding="utf-8")
    call = read_call(results)
    assert call is not None
    assert call.done() == (1, 1)
    log.unlink()  # as somebody may
    assert call.done() is None


def test_a_call_that_was_killed_is_not_at_work(results: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    note = results / "logs/call.json"
    note.write_text(note.read_text().replace(f'"process": {os.getpid()}', f'"process": {child}'))
    text = status_text(results)
    assert "A call" not in text
    assert "No job is running at this moment." in text


def test_of_another_machines_call_only_that_is_said(results: Path) -> None:
    note = results / "logs/call.json"
    note.write_text(note.read_text().replace(f'"{socket.gethostname()}"', '"node9"'))
    assert " on node9, of which it is only known that no end was recorded: " in status_text(results)


def test_a_call_beside_one_that_is_at_work_leaves_its_note(results: Path) -> None:
    note = results / "logs/call.json"
    parent = note.read_text().replace(f'"process": {os.getpid()}', f'"process": {os.getppid()}')
    note.write_text(parent)  # a process that is older than its note, and lives
    note_call(results, ["preflight"], 1, [], [], 2)
    forget_call(results)
    assert note.read_text() == parent


def test_the_note_of_a_call_that_was_killed_is_replaced(results: Path) -> None:
    note = results / "logs/call.json"
    note.write_text(note.read_text().replace(f'"process": {os.getpid()}', '"process": 4194305'))
    note_call(results, ["data"], 3, [], [], 2)
    call = read_call(results)
    assert call is not None
    assert (call.targets, call.process) == (("data",), os.getpid())


def test_a_count_of_no_steps_is_none(results: Path, log: Path) -> None:
    log.write_text("3 of 0 steps (100%) done\n", encoding="utf-8")
    call = read_call(results)
    assert call is not None
    assert call.done() is None


@pytest.mark.parametrize(
    "changed",
    [
        {"started": "yesterday"},
        {"started": "9999-12-31T23:59:59-12:00"},
        {"steps": "many"},
        {"targets": [1]},
        {"logs": [None]},
        {"process": -1},
        {"files": [2]},
        {"cores": "all"},
        {"cores": 0},
        {"steps": 0},
    ],
)
def test_a_broken_note_is_one_sentence(results: Path, changed: dict[str, object]) -> None:
    note = {"targets": [], "started": "2026-07-05T10:00:00+00:00", "host": "a", "process": 1}
    note |= {"steps": 1, "logs": [], "files": [], "cores": 2}
    write_json(results / "logs/call.json", {**note, **changed})
    with pytest.raises(InputError, match=r"call\.json: found .*; delete it\.$"):
        status_text(results)
