"""What a dry run says beside Snakemake's tables."""

import subprocess

from tests.workflow.conftest import Project

SAID = "What tiny with 1 seed will take"


def said(done: subprocess.CompletedProcess[str]) -> bool:
    assert done.returncode == 0, done.stdout + done.stderr
    assert SAID not in done.stderr
    return SAID in done.stdout


def test_a_dry_run_says_what_it_will_take(fresh_project: Project) -> None:
    done = fresh_project.snakemake("--dry-run", "report")
    assert said(done)
    tables, _, text = done.stdout.partition(SAID)
    assert "Job stats:" in tables
    assert "Nothing has to be fetched." in text
    for part in ("archives", "checkpoints", "label maps", "main memory", "pretraining", "CRF"):
        assert f"\n  {part}" in text
    # Jobs by kind, as Snakemake's own table counts them.
    kinds = {"training": ["train_model"], "validation": ["validate_checkpoint"]}
    kinds |= {"prediction": ["predict_segmentation", "predict_maps"], "CRF": ["apply_crf"]}
    planned = fresh_project.planned()
    for kind, rules in kinds.items():
        row = next(line.split() for line in text.splitlines() if line.split()[:1] == [kind])
        assert int(row[1]) == sum(planned[rule] for rule in rules), kind


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
    assert "NOT FEASIBLE HERE" in text  # the configuration says `device: cpu`
