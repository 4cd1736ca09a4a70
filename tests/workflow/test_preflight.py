"""A call that needs more than the machine has does not start."""

import re

import pytest

from tests.workflow.projects import Project

TABLE = "What is needed, and what there is"
SENTENCE = "this machine: found no GPU to train on, expected what the table below says is needed; "
PAPER = re.compile(  # a full disk or little memory is told beside the missing GPU
    r"this machine: found ([^.;]+ )?no GPU to train on\b[^.;]*, "
    "expected what the table below says is needed; "
)


@pytest.mark.parametrize("target", ["report", "preflight"])
def test_too_little_is_refused_with_a_table(fresh_project: Project, target: str) -> None:
    done = fresh_project.snakemake(target, "--config", "experiment=paper")
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert PAPER.search(said)
    assert "DOES NOT FIT" in said.partition(TABLE)[2]
    assert "Traceback" not in said
    assert not (fresh_project.folder / "data/archives").exists()  # nothing has run
    assert not list(fresh_project.folder.glob(".snakemake/locks/*"))


def test_a_preflight_shows_the_table_each_time(fresh_project: Project) -> None:
    for _ in range(2):
        done = fresh_project.snakemake("preflight")
        assert done.returncode == 0, done.stderr
        rows = [line.split() for line in done.stdout.partition(TABLE)[2].splitlines()]
        assert {"disk", "checkpoints", "main", "cores"} <= {row[0] for row in rows if row}


def test_a_warning_is_the_same_table_and_goes_on(
    fresh_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")  # no GPU answers, even where there is one
    on_gpu = ("train", "--config", "device=cuda")
    refused = fresh_project.snakemake(*on_gpu)
    assert refused.returncode == 1
    assert SENTENCE in refused.stderr
    assert "`device: cuda`, and none answers" in refused.stderr
    logs = fresh_project.results / "logs"
    assert not list(logs.rglob("*.log"))
    warned = fresh_project.snakemake(*on_gpu, "preflight=warn")
    assert SENTENCE not in warned.stderr
    assert list(logs.rglob("*.log"))  # jobs have run
    # All rows but the disk's, whose free space may have changed, are the same.
    rows = [line.split() for line in refused.stderr.partition(TABLE)[2].splitlines()]
    shown = [line.split() for line in warned.stderr.partition(TABLE)[2].splitlines()]
    assert ["DOES", "NOT", "FIT"] in [row[3:6] for row in rows]
    assert [row for row in rows if row[:1] != ["disk"] and row not in shown] == []


def test_a_warned_preflight_succeeds(fresh_project: Project) -> None:
    warned = fresh_project.snakemake("preflight", "--config", "experiment=paper", "preflight=warn")
    assert warned.returncode == 0, warned.stderr
    assert "DOES NOT FIT" in warned.stdout.partition(TABLE)[2]
