"""What a call is said to take."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest

from methods.configuration.experiments import read_experiment
from methods.configuration.loading import Configuration
from methods.data.sources import read_sources
from methods.planning.disk import Disk
from methods.planning.short import short_jobs
from methods.planning.steps import steps_to_run
from methods.planning.text import plan_text
from methods.planning.times import Machine, time_rows
from methods.wording import size_text, time_text
from tests.unit.small_plan import PROJECT, configuration


def test_space_that_is_too_small_is_marked(
    small: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine, usage = Machine(gpu=True, cores=2), SimpleNamespace(free=10**9)
    monkeypatch.setattr("methods.planning.disk.shutil.disk_usage", lambda folder: usage)
    assert "DOES NOT FIT" not in plan_text(small, None, machine)
    usage.free = 1000
    assert "of 1.0 kB free - DOES NOT FIT" in plan_text(small, None, machine)
    assert not Disk((small.data,), needed=1001, free=1000).fits
    assert Disk((small.data,), needed=1000, free=1000).fits


def test_text_of_the_paper(paper: Configuration) -> None:
    text = plan_text(paper, None, Machine(gpu=True, cores=18))
    lines = text.splitlines()
    assert len(lines) <= 40
    row = next(line for line in lines if "VOCtrainval" in line and "from" not in line)
    folder = str(paper.data / "archives/voc2012")
    assert row.split()[:5] == ["VOCtrainval_11-May-2012.tar", "2.0", "GB", "size,", "md5"]
    assert folder in row
    assert row.endswith("VOC terms (Flickr images)")
    address = read_sources()["VOCtrainval_11-May-2012.tar"].urls[0]
    assert f"VOC 2012, 11 May 2012; from {address}" in text
    weights = next(line for line in lines if "jx_vit" in line and "from" not in line)
    assert "~350 MB  sha256, first 8 digits  the pipeline" in weights
    assert [line.split()[:3] for line in lines if "GPU memory" in line] == [
        ["GPU", "memory", "~12"]
    ]
    assert "measured nowhere" in text
    assert "NOT FEASIBLE" not in text


def test_a_cpu_is_said_to_be_too_slow_for_the_paper(paper: Configuration) -> None:
    paper = dataclasses.replace(paper, device="cpu")
    text = plan_text(paper, None, Machine(gpu=False, cores=2))
    last = text.splitlines()[-1]
    assert last.startswith("NOT FEASIBLE HERE: config.yaml says `device: cpu`")
    assert "takes ~28 days on 2 cores" in last
    assert "one RTX 3090" in text  # the times are those of a GPU


def test_mini_takes_minutes_on_a_cpu(tmp_path: Path) -> None:
    mini = configuration(tmp_path, read_experiment(PROJECT, "mini"), seeds=(0,))
    machine = Machine(gpu=False, cores=2)
    steps = [*steps_to_run(mini, None), *short_jobs(mini, None)]
    rows = time_rows(steps, machine)
    minutes = sum(row.seconds for row in rows) / 60
    assert 13 / 1.3 < minutes < 8.5 * 1.3  # it took 8.5 on a quiet machine, 13 on a busy one
    assert sum(row.jobs for row in rows) == 89  # as Snakemake counts them, less the target itself
    text = plan_text(mini, None, machine)
    assert "Nothing has to be fetched." in text
    assert "on 2 cores" in text
    assert "GPU" not in text


def test_nothing_to_say(small: Configuration) -> None:
    assert plan_text(small, set(), Machine(gpu=True, cores=2)) == ""


def test_unknown_sizes_are_called_unknown(small: Configuration) -> None:
    text = plan_text(small, None, Machine(gpu=True, cores=2))
    assert "To fetch: 2 files, at least ~5.0 MB" in text
    row = next(line for line in text.splitlines() if line.split()[:1] == ["vit.pth"])
    assert row.split()[1:6] == ["unknown", "sha256,", "first", "8", "digits"]
    assert "the pipeline knows no address" in text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (800, "~0.8 kB"),
        (9.94e3, "~9.9 kB"),
        (9.96e3, "~10 kB"),
        (379e6, "~380 MB"),
        (996e6, "~1.0 GB"),
        (2e9, "~2.0 GB"),
    ],
)
def test_sizes_are_rounded(count: float, text: str) -> None:
    assert size_text(count) == text
    assert size_text(count, exact=True) == text[1:]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "<1 min"),
        (60, "~1 min"),
        (5399, "~90 min"),
        (5400, "~1.5 h"),
        (92160, "~26 h"),
        (1555200, "~18 days"),
    ],
)
def test_times_are_rounded(seconds: float, text: str) -> None:
    assert time_text(seconds) == text
