"""A rehearsal that comes to its end, and the training that waited for it."""

import shutil

from methods.data.files import read_json
from tests.workflow.projects import Project
from tests.workflow.refusals import only_sentence

PROTOCOLS = ("released", "strict", "honest", "oracle")


def test_a_rehearsal_makes_every_score_before_the_training(birds: Project) -> None:
    shutil.rmtree(birds.results / "cdtr")
    done = birds.snakemake("rehearse", "--config", "rehearse=1")
    assert done.returncode == 0, done.stdout + done.stderr
    rehearsed = birds.results / "cdtr+rehearsal/seed0"
    assert len(read_json(rehearsed / "train/done.json")["checkpoints"]) == 2  # of two epochs
    for protocol in PROTOCOLS:
        assert (rehearsed / f"metrics/test.{protocol}.json").is_file()
    assert not (birds.results / "cdtr/seed0/train/done.json").exists()
    done = birds.snakemake("train", "--config", "rehearse=1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Training cdtr, seed 0" in done.stdout + done.stderr
    assert "+rehearsal" not in done.stdout + done.stderr
    assert (birds.results / "cdtr/seed0/checkpoint.json").is_file()
    shutil.rmtree(birds.results / "cdtr/seed0")
    again = birds.snakemake("train", "--config", "rehearse=never")
    name = "results/tiny_birds/cdtr/seed0/checkpoint.json"
    assert f"{name}: found no such file, since what it waits for" in only_sentence(again)
    assert birds.snakemake("train", "--config", "rehearse=never").returncode == 0
    assert (birds.folder / name).is_file()
