"""The jobs behind the results: their times, what they made, and the graph of their rules."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from methods.data.files import write_json
from methods.errors import InputError
from methods.reporting.jobs import JobRecord, read_jobs
from methods.reporting.jobs_drawing import draw_graph, time_words
from methods.reporting.jobs_graph import RuleNode, build_graph
from methods.reporting.jobs_layout import lay_out
from tests.unit.test_registry import begin

TIME = datetime(2026, 7, 5, 10, 0, tzinfo=UTC)


def benchmark(folder: Path, job: str, seconds: float, end: float) -> Path:
    path = folder / f"benchmarks/{job}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"s\tmax_rss\tcpu_time\n{seconds}\t10.0\t1.0\n", encoding="utf-8")
    os.utime(path, (end, end))
    return path


def read(folder: Path, *benchmarks: Path) -> list[JobRecord]:
    return read_jobs(benchmarks, folder / "benchmarks", folder / "logs", folder / "registry")


def test_a_job_began_its_wall_time_before_its_end(tmp_path: Path) -> None:
    late = benchmark(tmp_path, "train_model/more.seed0", 30.5, 1000)
    early = benchmark(tmp_path, "judge_claims", 2, 500)
    described = {"input": {"one": "a", "many": ["b", "c"]}, "output": {"made": "d"}, "gpus": 2}
    write_json(tmp_path / "logs/train_model/more.seed0.log.job.json", described)
    first, second = read(tmp_path, late, early)
    assert (first.name, first.inputs, first.outputs, first.gpus) == ("judge_claims", (), (), 0)
    assert (second.rule, second.name) == ("train_model", "train_model more.seed0")
    assert (second.start.timestamp(), second.end.timestamp()) == (969.5, 1000)
    assert second.inputs == (Path("a"), Path("b"), Path("c"))
    assert second.outputs == (Path("d"),)
    assert second.gpus == 2


def test_the_registry_knows_better_when_a_job_ran(tmp_path: Path) -> None:
    copied = benchmark(tmp_path, "train_model/more.seed0", 30.5, 1000)  # long ago
    folder = tmp_path / "registry/train_model/more.seed0"
    for minutes, outcome in ((0, "finished"), (9, "finished"), (20, "failed")):
        started = TIME + timedelta(minutes=minutes)
        attempt = replace(begin(folder, job="more.seed0"), started=started)
        ended = started + timedelta(seconds=40)
        file = attempt.file.with_name(f"{minutes:02}.json")
        replace(attempt, file=file, ended=ended, outcome=outcome)._write()
    (job,) = read(tmp_path, copied)
    assert job.start == TIME + timedelta(minutes=9)  # the last that made the files
    assert job.end - job.start == timedelta(seconds=40)
    assert job.seconds == 30.5  # as Snakemake measured


def test_results_without_measured_jobs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no file, expected Snakemake's measurements"):
        read(tmp_path)


def job(name: str, read: str = "", made: str = "", seconds: float = 1.0) -> JobRecord:
    inputs, outputs = (tuple(map(Path, paths.split())) for paths in (read, made))
    return JobRecord(name, name, seconds, TIME, TIME, 0, inputs, outputs)


def test_what_a_job_made_is_counted_once_as_far_as_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder/deep").mkdir(parents=True)
    (tmp_path / "folder/deep/a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"123")
    assert job("one", made="folder folder/deep/a b gone").bytes() == 8


JOBS = [
    job("judge", "scores/x.json scores/y.json controls.json", "verdicts.json"),
    job("score", "labels/x", "scores/x.json", seconds=2.5),
    job("score", "labels/y data/index.csv", "scores/y.json", seconds=3),
    job("label", "data/tree/1.png", "labels"),
    job("check", made="data"),
    job("control", "data/index.csv", "controls.json"),
    job("weights", made="weights.pt"),
    job("lost"),
]


def test_rules_are_joined_by_the_files_that_they_read() -> None:
    graph = build_graph([*JOBS, job("label", "weights.pt", "labels2")])
    assert RuleNode("score", 2, 5.5) in graph.nodes
    assert set(graph.edges) == {
        ("check", "label"),
        ("check", "control"),
        ("weights", "label"),
        ("label", "score"),  # but not check: the way over label says that
        ("score", "judge"),
        ("control", "judge"),
    }
    order = [node.name for node in graph.nodes]
    assert all(order.index(a) < order.index(b) for a, b in graph.edges)


def test_every_rule_lies_below_those_that_it_reads_from_and_nothing_overlaps() -> None:
    graph = build_graph(JOBS)
    layout = lay_out(graph, width=10, lane=2)
    rows = {name: row for name, (_, row) in layout.rules.items()}
    assert all(rows[a] < rows[b] for a, b in graph.edges)
    assert layout.rows == 4
    taken = [(x, row, 10.0) for x, row in layout.rules.values()]
    taken += [(x, row, 2.0) for way in layout.edges for x, row in way[1:-1]]
    assert len(taken) > len(graph.nodes)  # an edge passes a row
    for row in range(layout.rows):
        here = sorted((x, size) for x, at, size in taken if at == row)
        for (left, wide), (right, narrow) in pairwise(here):
            assert right - left >= (wide + narrow) / 2 - 1e-9
    assert all(size / 2 - 1e-9 <= x <= layout.width - size / 2 + 1e-9 for x, _, size in taken)


def test_a_graph_without_need_has_no_crossings() -> None:
    """Whatever the order of the names, two chains side by side stay apart."""
    chains = [("a", "z"), ("b", "y"), ("z", "n"), ("y", "m")]
    jobs = [job(name, made=name) for name in "ab"]
    jobs += [job(target, source, target) for source, target in chains]
    layout = lay_out(build_graph(jobs), width=10, lane=2)
    for way in layout.edges:
        (above, _), (below, _) = way
        assert above == pytest.approx(below)


def test_the_drawing_says_all_that_it_shows() -> None:
    drawing = draw_graph("rules", "The rules", build_graph(JOBS))
    assert "score: 2 jobs, 6 s, after label" in drawing.description
    assert "weights: 1 job, 1 s;" in drawing.description
    for text in ("score", "2 jobs, 6 s", "judge", "lost"):
        assert f">{text}</text>" in drawing.svg
    assert drawing == draw_graph("rules", "The rules", build_graph(JOBS))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "<1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (725, "12 min 5 s"),
        (12_000, "3 h 20 min"),
    ],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert time_words(seconds) == words
