"""What a dry run says beside Snakemake's tables."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.workflow.projects import Project, copy_project

SAID = "What tiny with 1 seed will take"


def said(done: subprocess.CompletedProcess[str]) -> bool:
    assert done.returncode == 0, done.stdout + done.stderr
    assert SAID not in done.stderr
    return SAID in done.stdout


def test_a_dry_run_says_what_it_will_take(fresh_project: Project) -> None:
    done = fresh_project.snakemake("--dry-run", "report")
    assert said(done)
    tables, _, text = done.stdout.partition(SAID)
    assert tables.count("Job stats:") == 1
    assert "\n    input: " not in tables  # a line a job, not each of its files
    assert ": The report is there: results/tiny/report.html\n" in tables
    assert "Nothing has to be fetched." in text
    for part in ("archives", "checkpoints", "label maps", "main memory", "pretraining", "CRF"):
        assert f"\n  {part}" in text
    kinds = {"training": ["train_model"], "validation": ["validate_checkpoint"]}
    kinds |= {"prediction": ["predict_segmentation", "predict_maps"], "CRF": ["apply_crf"]}
    assert_counted(text, fresh_project, kinds)


def assert_counted(text: str, project: Project, kinds: Mapping[str, Sequence[str]]) -> None:
    """Jobs by kind and in all, as Snakemake's own table counts them."""
    planned = project.planned()
    times = text.partition("\n  time ")[2].partition("\n  in all ")[0].splitlines()[1:]
    assert sum(int(re.split(" {2,}", line.strip())[1]) for line in times) == sum(planned.values())
    for kind, rules in kinds.items():
        row = next(line.split() for line in times if line.split()[:1] == [kind])
        assert int(row[1]) == sum(planned[rule] for rule in rules), kind


def test_a_dry_run_says_what_boxes_will_take(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "a project", "tiny_birds")
    done = project.snakemake("--dry-run", "report")
    assert done.returncode == 0, done.stderr
    text = done.stdout.partition("What tiny_birds with 1 seed will take")[2]
    for part in ("archives", "checkpoints", "class maps", "boxes", "pretraining"):
        assert f"\n  {part}" in text
    kinds = {"training": ["train_model"], "prediction": ["predict_localization"]}
    kinds |= {"boxes": ["find_boxes"], "pretraining": ["pretrain_backbone", "train_clip"]}
    assert (
        "downloads are not counted; of extraction, checks, scores and page only the start" in text
    )
    assert_counted(text, project, kinds)


def test_a_dry_run_of_a_part_counts_that_part(fresh_project: Project) -> None:
    text = fresh_project.snakemake("--dry-run", "data").stdout.partition(SAID)[2]
    assert "extracted" in text
    assert "checkpoints" not in text
    assert "training" not in text


def test_nothing_is_said_where_nothing_is_planned(fresh_project: Project) -> None:
    assert not said(fresh_project.snakemake("--lint"))
    assert not said(fresh_project.snakemake("data"))  # nor by the processes of its jobs
    done = fresh_project.snakemake("--dry-run", "data")
    assert "Nothing to be done" in done.stdout + done.stderr
    assert not said(done)
    assert not said(fresh_project.snakemake("--dry-run", "--summary"))


def test_missing_originals_are_named(fresh_project: Project) -> None:
    done = fresh_project.snakemake("--dry-run", "report", "--config", "experiment=paper")
    assert done.returncode == 0, done.stderr
    text = done.stdout.partition("What paper with 3 seeds will take")[2]
    assert "VOCtrainval_11-May-2012.tar" in text
    assert "data/archives/voc2012" in text
    assert "data/archives/cub" in text
    for file in ("CUB_200_2011.tgz", "deit_small_patch16_224-cd65a155.pth", "ViT-B-32.pt"):
        assert f"\n  {file}" in text
    assert "NOT FEASIBLE HERE" in text  # the configuration says `device: cpu`
