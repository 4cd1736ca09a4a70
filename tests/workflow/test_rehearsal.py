"""A long training waits for its rehearsal; whether it had to makes nothing stale."""

from methods.data.files import read_json
from tests.workflow.projects import Project
from tests.workflow.refusals import only_sentence


def test_what_breaks_a_late_step_stops_the_training(fresh_project: Project) -> None:
    """The score of the label maps, which the training would reach last."""
    fresh_project.edit(
        "workflow_scripts/score_labels.py",
        "def main(job: Job) -> None:\n",
        "def main(job: Job) -> None:\n"
        '    raise InputError("the scores", "a late mistake", "none", "mend it")\n',
    )
    fresh_project.edit(
        "workflow_scripts/score_labels.py",
        "from workflow_scripts.job",
        "from methods.errors import InputError\nfrom workflow_scripts.job",
    )
    done = fresh_project.snakemake("train", "--config", "rehearse=5")
    assert "found a late mistake" in only_sentence(done)
    rehearsed = fresh_project.results / "more+rehearsal/seed0"
    assert [
        entry["iteration"] for entry in read_json(rehearsed / "train/done.json")["checkpoints"]
    ] == [1, 2]
    assert not list((rehearsed / "metrics").glob("*"))
    assert not (fresh_project.results / "more/seed0/train").exists()


def test_a_rehearsal_that_comes_late_trains_nothing_again(finished_chain: Project) -> None:
    assert read_json(finished_chain.results / "more/rehearsal.json") == {
        "iterations": 6,
        "files": [],
    }
    done = finished_chain.snakemake("--dry-run", "report", "--config", "rehearse=5")
    assert "Training more+rehearsal, seed 0" in done.stdout + done.stderr
    assert "Training more, seed 0" not in done.stdout + done.stderr
    assert "Judging" not in done.stdout + done.stderr


def test_a_short_training_is_not_rehearsed(finished_chain: Project) -> None:
    assert finished_chain.planned("--config", "rehearse=6") == {}
    assert finished_chain.planned("--config", "rehearse=never") == {}
