"""A script run by hand: output in its log, mistakes on the terminal, threads within limits."""

import json
import os
import pty
import select
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from workflow_scripts.log_lines import output_of

PROJECT = Path(__file__).parents[2]
HINGE = """
from workflow_scripts.job import run
run(main, globals().get("snakemake"))
"""


def describe(folder: Path, **changes: Any) -> Path:
    """A job's description, with a blank in its paths."""
    values = {
        "rule": "try_script",
        "input": {"one": "in put", "many": ["a", "b"]},
        "output": {"result": str(folder / "out put" / "result.txt")},
        "params": {"number": 3},
        "wildcards": {"run": "more"},
        "threads": 1,
        "device": "cpu",
        "local_files": {"photographs.tar": "/else where/p.tar"},
        "gpus": 1,
        "deterministic": "auto",
        "states": {"keep": 3},
        "guards": {"loader_minutes": 2},
        "gallery": {"ids": ["2012_000001"], "split": "val"},
        "log": str(folder / "log s" / "job.log"),
    }
    path = folder / "given.json"
    path.write_text(json.dumps({**values, **changes}), encoding="utf-8")
    return path


def call(folder: Path, body: str, **changes: Any) -> subprocess.CompletedProcess[str]:
    """Run a script whose `main` has this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    script = folder / "try_script.py"
    script.write_text(f"def main(job):\n{lines}\n{HINGE}", encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(script), str(describe(folder, **changes))],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def log_of(folder: Path) -> str:
    return (folder / "log s" / "job.log").read_text(encoding="utf-8")


def test_values_reach_the_script(tmp_path: Path) -> None:
    body = """
import pathlib
assert job.input == {"one": pathlib.Path("in put"), "many": [pathlib.Path("a"), pathlib.Path("b")]}
assert job.device == "cpu" and job.threads == 1
assert job.local_files == {"photographs.tar": pathlib.Path("/else where/p.tar")}
assert job.states == {"keep": 3} and job.guards == {"loader_minutes": 2}
assert job.gallery["split"] == "val"
job.output["result"].write_text(str(job.params["number"]) + job.wildcards["run"])
"""
    done = call(tmp_path, body)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out put/result.txt").read_text(encoding="utf-8") == "3more"


def test_description_runs_the_same_job_again(tmp_path: Path) -> None:
    call(tmp_path, "job.output['result'].write_text('x')")
    written = tmp_path / "log s" / "job.log.job.json"
    given = json.loads((tmp_path / "given.json").read_text(encoding="utf-8"))
    assert json.loads(written.read_text(encoding="utf-8")) == given


def test_output_of_the_process_and_its_children_is_in_the_log(tmp_path: Path) -> None:
    body = """
import subprocess, sys
print("from print")
print("from stderr", file=sys.stderr)
subprocess.run(["echo", "from a child"])
"""
    done = call(tmp_path, body)
    assert (done.stdout, done.stderr) == ("", "")
    started, *told, finished = log_of(tmp_path).splitlines()
    assert sorted(told) == ["from a child", "from print", "from stderr"]
    assert started.startswith("try_script: started 20")
    assert finished.startswith("try_script: finished 20")
    assert output_of(tmp_path / "log s/job.log") == "\n".join(told) + "\n"


def test_mistake_is_one_sentence_on_the_terminal_and_in_the_log(tmp_path: Path) -> None:
    body = """
from methods.errors import InputError
raise InputError("a.png", "mode RGBA", "L or P", "export it again")
"""
    done = call(tmp_path, body)
    sentence = "a.png: found mode RGBA, expected L or P; export it again.\n"
    assert done.returncode == 1
    assert done.stderr == sentence
    started, told, ended = log_of(tmp_path).splitlines(keepends=True)
    assert told == sentence
    assert started.startswith("try_script: started 20")
    assert ended.startswith("try_script: ended without its result 20")


def test_bug_leaves_its_traceback_in_the_log_and_a_pointer_on_the_terminal(tmp_path: Path) -> None:
    done = call(tmp_path, "raise ZeroDivisionError('by zero')")
    assert done.returncode == 1
    log = tmp_path / "log s" / "job.log"
    assert done.stderr == f"try_script: ZeroDivisionError: by zero; traceback in {log}\n"
    assert "Traceback (most recent call last)" in log_of(tmp_path)


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """A file stands in the folder's place: this stops root too, whom permissions do not."""
    (tmp_path / "in the way").write_text("a file", encoding="utf-8")
    for changes in (
        {"output": {"result": str(tmp_path / "in the way/sub/result.txt")}},
        {"log": str(tmp_path / "in the way/job.log")},
    ):
        done = call(tmp_path, "raise AssertionError('main was called')", **changes)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "in the way" in done.stderr
        assert "expected a writable folder" in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_libraries_keep_to_the_threads_of_the_rule(tmp_path: Path, threads: int) -> None:
    body = """
import numpy, threadpoolctl, torch
assert torch.get_num_threads() == job.threads, torch.get_num_threads()
pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
assert pools and max(pools) <= job.threads, pools
"""
    done = call(tmp_path, body, threads=threads)
    assert done.returncode == 0, log_of(tmp_path)


def read_terminal(descriptor: int) -> str:
    """All that a process writes to a terminal until it ends, at most a minute after its last."""
    content = b""
    while select.select([descriptor], [], [], 60)[0]:
        try:
            content += os.read(descriptor, 65536)
        except OSError:  # nobody has the other end open any more
            return content.decode()
    raise TimeoutError(f"a minute of silence after {content!r}")


@pytest.mark.parametrize("size", [(24, 80), (0, 0)])  # 0 by 0: nobody has set it
def test_progress_bar_stays_on_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    script = tmp_path / "try_script.py"
    script.write_text(
        "def main(job):\n"
        "    import sys\n"
        "    from tqdm import tqdm\n"
        "    for _ in tqdm(range(3), desc='bar', disable=None):\n"
        "        tqdm.write('a line')\n"
        "    print('a warning', file=sys.stderr)\n" + HINGE,
        encoding="utf-8",
    )
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, size)
    process = subprocess.Popen(
        [sys.executable, str(script), str(describe(tmp_path))],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = read_terminal(ours)
    assert process.wait(timeout=60) == 0
    os.close(ours)
    assert "bar: 100%" in shown
    assert "a line" not in shown
    assert "bar" not in log_of(tmp_path)
    assert log_of(tmp_path).count("a line") == 3
    assert "a warning" in log_of(tmp_path)
