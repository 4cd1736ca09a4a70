"""Facts about the machine and the time that rules took."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from methods.errors import InputError
from methods.provenance import PACKAGES, describe_environment, read_timings
from tests.report.results import REPOSITORY
from tests.unit.small_driver import Driver

HEADER = "s\th:m:s\tmax_rss\tcpu_time\n"


def write(path: Path, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def test_jobs_of_a_rule_are_summed(tmp_path: Path) -> None:
    files = [
        write(tmp_path / "score/a.tsv", "1.5\t0:00:01\t100.0\t1.0"),
        write(tmp_path / "score/b.tsv", "2.5\t0:00:02\t300.0\t2.0"),
        write(tmp_path / "judge.tsv", "0.1\t0:00:00\tNA\tNA"),
    ]
    judge, score = read_timings(files, tmp_path)
    assert (judge.rule, judge.jobs, judge.cpu_seconds, judge.peak_memory) == (
        "judge",
        1,
        None,
        None,
    )
    assert (score.rule, score.jobs) == ("score", 2)
    assert (score.seconds, score.cpu_seconds, score.peak_memory) == (4.0, 3.0, 300 * 2**20)


@pytest.mark.parametrize("short", ["NA\tNA", "3.4\t0.00", "-\t1.0", "12.0\tNA"])
def test_a_job_too_short_to_measure_leaves_no_sum_for_its_rule(tmp_path: Path, short: str) -> None:
    files = [
        write(tmp_path / "score/a.tsv", "1.5\t0:00:01\t100.0\t1.0"),
        write(tmp_path / "score/b.tsv", f"0.5\t0:00:00\t{short}"),
    ]
    (score,) = read_timings(files, tmp_path)
    assert (score.jobs, score.seconds) == (2, 2.0)
    assert (score.cpu_seconds, score.peak_memory) == (None, None)


@pytest.mark.parametrize("rows", [(), ("NA\tNA\tNA\tNA",)])
def test_a_benchmark_without_a_time_is_named(tmp_path: Path, rows: tuple[str, ...]) -> None:
    path = write(tmp_path / "score.tsv", *rows)
    with pytest.raises(InputError, match=r"score\.tsv: found no wall time"):
        read_timings([path], tmp_path)


def test_the_commit_and_unsaved_changes_are_told(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    outside = describe_environment(tmp_path)
    assert (outside.commit, outside.changed) == (None, None)
    git("init")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "-m", "one")
    clean = describe_environment(tmp_path)
    assert clean.commit is not None
    assert len(clean.commit) == 40
    assert clean.changed == ()
    (tmp_path / "file").write_text("2")
    for name in ("new/été b.py", "experiments/mine.yaml", "claims/mine.yaml", "claims/a/b.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    changed = describe_environment(tmp_path).changed
    assert changed is not None
    assert sorted(changed) == ["claims/a/b.csv", "file", "new/été b.py"]
    git("add", "experiments")
    git("commit", "-m", "two")
    (tmp_path / "experiments/mine.yaml").write_text("2")
    changed = describe_environment(tmp_path).changed
    assert changed is not None
    assert "experiments/mine.yaml" in changed


def test_versions_are_those_that_are_installed(tmp_path: Path) -> None:
    import numpy

    assert dict(describe_environment(tmp_path).packages)["numpy"] == numpy.__version__


def test_every_package_whose_version_is_told_is_locked() -> None:
    text = "".join(path.read_text("utf-8") for path in REPOSITORY.glob("envs/locks/*.txt"))
    locked = {line.partition("==")[0] for line in text.splitlines() if "==" in line}
    assert {name.replace("_", "-") for name in PACKAGES} <= locked


def test_the_driver_is_asked_for_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver(tmp_path, monkeypatch)
    driver.answer({"name": "One\nTwo\n", "driver_version": "580.95.05\n580.95.05\n"})
    found = describe_environment(tmp_path)
    assert (found.gpus, found.driver) == (("One", "Two"), "580.95.05")
    driver.fail()
    failed = describe_environment(tmp_path)
    assert (failed.gpus, failed.driver) == ((), None)


def test_locks_are_known_by_their_digests(tmp_path: Path) -> None:
    assert describe_environment(tmp_path).locks == ()
    for name in ("b.txt", "a.txt", "not-a-lock.md"):
        path = tmp_path / "envs/locks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert describe_environment(tmp_path).locks == tuple(
        (f"envs/locks/{name}", sha256(name.encode()).hexdigest()) for name in ("a.txt", "b.txt")
    )
