"""The machine and the time that the page names."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from methods.data.files import read_json, write_json
from methods.reporting.cost import build_cost
from methods.reporting.crate.facts import machine_facts
from methods.reporting.notes import notes
from methods.reporting.record_tables import environment_table
from tests.report.both_results import BothResults
from tests.report.conftest import render_results, rows_of
from tests.report.results import REPOSITORY, Results


def test_the_machine_that_trained_is_named(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=(0, 1))
    path = results.root / "more/seed1/train/done.json"
    done = read_json(path)
    done["device"] = "cuda"
    done["machine"] |= {"gpu": "A GPU", "driver": "580.95.05", "cuda": "13.0"}
    write_json(path, done)
    first, second = rows_of(render_results(results), "machines")
    columns = ("seed", "device", "processor or GPU", "GPU driver", "CUDA", "torch", "CPU threads")
    on_cpu, on_gpu = ([row[column] for column in columns] for row in (first, second))
    assert on_cpu == ["0", "cpu", "A processor", "", "", "2.5.1", "2"]
    assert on_gpu == ["1", "cuda", "A GPU", "580.95.05", "13.0", "2.5.1", "2"]
    facts = dict(machine_facts(results.sources()))
    assert (facts["more, seed 0: driver"], facts["more, seed 0: cuda"]) == ("none", "none")
    assert (facts["more, seed 1: driver"], facts["more, seed 1: cuda"]) == ("580.95.05", "13.0")


def test_only_jobs_behind_the_page_are_timed(tmp_path: Path) -> None:
    results = Results(tmp_path)
    row = "2.0\t0:00:02\t100.0\t1.0"
    for job in (
        *("train_model/more.seed1", "train_model/more.seed01", "train_model/old.seed0"),
        *("score_labels/more.seed0.val.raw", "score_labels/more.seed0.test.raw"),
        *("score_control/shapes.val.colour", "score_control/shapes.train.colour"),
        *("pretrain_backbone/mini-vit", "pretrain_backbone/mini-vit-2", "judge_claims"),
    ):
        results.write_benchmark(job, row)
    timings = {row["rule"]: row["jobs"] for row in rows_of(render_results(results), "timings")}
    assert timings == {
        "train_model": "1",
        "score_labels": "1",
        "score_control": "1",
        "pretrain_backbone": "1",
        "extract_archives": "1",
        "judge_claims": "1",
    }


def test_what_trainings_took_of_a_gpu_is_told_or_why_not(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=(0, 1))
    path = results.root / "more/seed1/train/done.json"
    energy = {"watt_hours": 20.25, "basis": "power of a card"}
    pair = [  # two processes, bytes
        {"gpu_allocated": 9 * 10**9, "gpu_reserved": 11 * 10**9, "resident": 3 * 10**9},
        {"gpu_allocated": 9 * 10**9, "gpu_reserved": 12 * 10**9, "resident": 2 * 10**9},
    ]
    done = {**read_json(path), "device": "cuda", "energy": energy, "memory": pair}
    write_json(path, done)
    rows = rows_of(render_results(results), "trainings_cost")
    assert [tuple(row.values())[2:] for row in rows] == [
        ("", "", "812345344", "", "not measured (no NVIDIA card)"),
        (str(151.2 / 3600), "12000000000", "3000000000", "20.25", "power of a card"),
    ]
    facts = dict(machine_facts(results.sources()))
    assert facts["more, seed 0: energy (Wh)"] == "not measured (no NVIDIA card)"
    assert facts["more, seed 1: energy (Wh)"] == 20.25


def test_time_on_gpus_and_disk_are_those_of_the_jobs(tmp_path: Path) -> None:
    results = Results(tmp_path)
    checkpoints = results.folder() / "train/checkpoints"
    size = sum(file.stat().st_size for file in checkpoints.iterdir())
    cost = build_cost(results.sources())
    assert cost.summary is not None
    assert cost.summary.startswith("2 jobs behind this page took 2 min 32 s in all")
    assert "No job held a GPU." in cost.summary
    assert cost.drawing is not None
    assert "train_model: 1 job, 2 min 31 s, after extract_archives" in cost.drawing.description
    longest = cost.timings.rows[0]
    assert (longest[0], longest[5], longest[6]) == ("train_model", None, size)
    description = results.root / "logs/train_model/more.seed0.log.job.json"
    write_json(description, {**read_json(description), "gpus": 2})
    cost = build_cost(results.sources())
    assert "Jobs held GPUs for 5 min 2 s in all." in str(cost.summary)
    assert cost.timings.rows[0][5] == 2 * 151.2
    description.unlink()  # logs may be deleted
    assert build_cost(results.sources()).drawing is None


def test_every_benchmark_of_a_rule_belongs_to_a_run_a_data_set_or_weights(tmp_path: Path) -> None:
    """But those of rehearsals, of which the page shows nothing."""
    results = BothResults(tmp_path)
    common = {"seed": 0, "resize": "square", "iteration": 100, "weights": "mini-clip"}
    segmentation = {"run": "more", "split": "val", "protocol": "raw", "dataset": "shapes"}
    boxes = {"run": "cdtr", "split": "test", "protocol": "honest", "dataset": "birds"}
    rules = "".join(path.read_text() for path in (REPOSITORY / "rules").glob("*.smk"))
    patterns = re.findall(r'/benchmarks/(\w+/[^"]+)\.tsv"', rules)
    assert len(patterns) > 15
    for values in (segmentation, boxes):
        for pattern in patterns:
            kinds = {"control": "colour", "box": "wsolevaluation", "sample": "train.8"}
            job = pattern.replace("{{", "{").replace("}}", "}")
            name = job.format(**common, **values, **kinds)
            results.segmentation.write_benchmark(name, "2.0\t0:00:02\t100.0\t1.0")
    timed = {path.parent.name for path in results.sources().benchmarks}
    not_shown = {pattern.split("/")[0] for pattern in patterns} - timed
    assert not_shown == {"sample_dataset", "confirm_rehearsal"}


def test_only_jobs_behind_localization_are_timed(tmp_path: Path) -> None:
    results = BothResults(tmp_path)
    of_boxes = ("test.program", "test.wsolevaluation", "cubv2.wsolevaluation")
    behind = (
        *(f"predict_localization/cdtr.seed0.{split}" for split in ("test", "cubv2")),
        *(f"find_boxes/cdtr.seed0.{name}" for name in of_boxes),
        *("choose_threshold/cdtr.seed0.honest", "score_boxes/cdtr.seed0.test.honest"),
        *("score_box_control/birds.test.centre_box", "train_clip/mini-clip"),
    )
    others = (
        *("predict_localization/cdtr.seed0.train", "find_boxes/cdtr.seed0.cubv2.program"),
        *("choose_threshold/cdtr.seed1.honest", "score_boxes/cdtr.seed0.cubv2.honest"),
        *("score_box_control/birds.test.all_background", "train_clip/other-clip"),
    )
    for job in (*behind, *others):
        results.segmentation.write_benchmark(job, "2.0\t0:00:02\t100.0\t1.0")
    sources = results.sources()
    read = {str(path.relative_to(sources.benchmark_root)) for path in sources.benchmarks}
    assert {f"{job}.tsv" for job in behind} <= read
    assert not {f"{job}.tsv" for job in others} & read


def test_the_driver_of_the_machine_that_wrote_the_page_is_named(tmp_path: Path) -> None:
    sources = Results(tmp_path).sources()
    for version, shown, stated in (("580.95.05",) * 3, (None, "none answers", "none")):
        environment = replace(sources.environment, driver=version)
        assert dict(environment_table(environment).rows)["GPU driver"] == shown
        facts = dict(machine_facts(replace(sources, environment=environment)))
        assert facts["report: GPU driver"] == stated


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ((), None),
        (("a.py",), "The code differs from commit 1f2e in 1 file: a.py."),
        (tuple("abcde"), "The code differs from commit 1f2e in 5 files: a, b, c and 2 more."),
    ],
)
def test_files_that_differ_from_the_commit_are_named(
    tmp_path: Path, changed: tuple[str, ...], told: str | None
) -> None:
    sources = Results(tmp_path).sources()
    environment = replace(sources.environment, commit="1f2e", changed=changed)
    found = notes(replace(sources, environment=environment), [])
    assert [note for note in found if "commit" in note] == ([] if told is None else [told])
    facts = dict(environment_table(environment).rows)
    assert facts["files that differ from the commit"] == (", ".join(changed) or "none")
