"""A change reruns what depends on it and nothing else."""

import json
import os
from collections.abc import Callable

import pytest

from tests.workflow.projects import Project

RENDERED = {"render_report": 1, "write_crate": 1}
REPORTED = {"judge_claims": 1, **RENDERED}
SCORED = {"score_labels": 18, "cross_check_metrics": 1, **REPORTED}
# What else reads the module of the scores: the receipts take the name of label 0 from it.
MEASURED = {"score_control": 3, "validate_checkpoint": 2, "check_receipts": 1}
ONE_SCORE = {"score_labels": 1, **REPORTED}  # of a localization map: no second program scores it
SUBMITTED = {"package_submission": 1, "check_receipts": 1}
PREDICTED = {
    "select_checkpoint": 1,
    "predict_segmentation": 3,
    "predict_maps": 2,
    "label_images": 10,
    "apply_crf": 9,
    **SUBMITTED,
    **SCORED,
}
TRAINED = {"resolve_run": 1, "train_model": 1, "validate_checkpoint": 2, **PREDICTED}


def touch_inputs(project: Project) -> None:
    """Give the archives, the data index and the weights a new time, their content unchanged."""
    for file in (
        "data/generated/shapes.json",
        "results/tiny/data/shapes/index.csv",
        "weights/tiny-vit.pt",
    ):
        os.utime(project.folder / file)


def comment_in_training(project: Project) -> None:
    project.edit(
        "methods/more/losses.py",
        "_CONTRAST_TEMPERATURE = 0.07",
        "_CONTRAST_TEMPERATURE  =  0.07  # of the softmax",
    )


def docstring_in_training(project: Project) -> None:
    project.edit("methods/more/training.py", '"""Training MoRe on', '"""How to train MoRe on')


def constant_in_training(project: Project) -> None:
    project.edit(
        "methods/more/losses.py", "_CONTRAST_TEMPERATURE = 0.07", "_CONTRAST_TEMPERATURE = 0.08"
    )


def constant_of_another_method(project: Project) -> None:
    project.edit("methods/cdtr/losses.py", "_HIGHEST = 1e-4, 0.9999", "_HIGHEST = 1e-4, 0.9")


def constant_of_the_job_description(project: Project) -> None:
    project.edit("workflow_scripts/job.py", "{self.log}.job.json", "{self.log}.job.txt")


def figure_of_the_report(project: Project) -> None:
    project.edit("methods/reporting/gallery.py", "LONGEST_SIDE = 240", "LONGEST_SIDE = 220")


def template_of_the_report(project: Project) -> None:
    style = project.folder / "methods/reporting/templates/report.css"
    style.write_text(style.read_text(encoding="utf-8") + "\n", encoding="utf-8")


def crf_parameter(project: Project) -> None:
    project.edit("experiments/tiny.yaml", "crf:\n      iterations: 2", "crf:\n      iterations: 3")


def scale_of_a_protocol(project: Project) -> None:
    """A scale at which other protocols already have predictions."""
    one, two = "split: val, scales: [1.0], flip: false", "split: val, scales: [1.34], flip: false"
    project.edit("experiments/tiny.yaml", one, two)


def split_of_a_protocol(project: Project) -> None:
    project.edit(
        "experiments/tiny.yaml",
        "aux_cam: {<<: *given, map: aux_cam}",
        "aux_cam: {<<: *given, map: aux_cam, split: train_aug}",
    )


def switch_of_the_formulation(project: Project) -> None:
    project.edit(
        "experiments/tiny.yaml",
        "    train_split: train_aug\n",
        "    train_split: train_aug\n    formulation: {lam: paper}\n",
    )


def training_key(project: Project) -> None:
    project.edit("experiments/tiny.yaml", "temperature: 0.5", "temperature: 0.6")


def order_of_training_keys(project: Project) -> None:
    project.edit(
        "experiments/tiny.yaml", "{high: 0.6, low: 0.35}", "{low: 0.35, high: 0.6}  # was turned"
    )


def metric_module(project: Project) -> None:
    project.edit(
        "methods/evaluation/segmentation.py", "float(iou[present].mean())", "float(iou.mean())"
    )


def bound_of_a_claim(project: Project) -> None:
    project.edit("claims/mini.yaml", "at_least: 55.0", "at_least: 54.0")


def training_that_is_left_out(project: Project) -> None:
    """As if another call had trained a seed that no configuration names any longer."""
    registry = project.results / "registry/train_model"
    (record,) = (registry / "more.seed0").glob("*.json")
    values = json.loads(record.read_text(encoding="utf-8"))
    values |= {"job": "more.seed7", "wildcards": {"run": "more", "seed": "7"}}
    (registry / "more.seed7").mkdir()
    text = json.dumps(values)
    (registry / "more.seed7" / record.name).write_text(text, encoding="utf-8")


def score_is_deleted(project: Project) -> None:
    (project.results / "more/seed0/metrics/train.lam.json").unlink()


def new_seed(project: Project) -> None:
    project.edit("experiments/tiny.yaml", "seeds: [0]", "seeds: [0, 1]")


@pytest.mark.parametrize(
    ("change", "rerun"),
    [
        (touch_inputs, {}),
        (comment_in_training, {}),
        (docstring_in_training, {}),
        (constant_in_training, TRAINED),
        (constant_of_another_method, {}),
        (constant_of_the_job_description, {}),
        (figure_of_the_report, RENDERED),
        (template_of_the_report, RENDERED),
        (crf_parameter, {"apply_crf": 9, **SUBMITTED, **SCORED, "score_labels": 8}),
        (scale_of_a_protocol, {"label_images": 1, **SCORED, "score_labels": 1}),
        (split_of_a_protocol, {"predict_maps": 1, "label_images": 1, **ONE_SCORE}),
        (switch_of_the_formulation, TRAINED),
        (training_key, TRAINED),
        (order_of_training_keys, {}),
        (metric_module, {**SCORED, **MEASURED}),
        (bound_of_a_claim, REPORTED),
        (training_that_is_left_out, RENDERED),
        (score_is_deleted, ONE_SCORE),
        (new_seed, TRAINED),
    ],
)
def test_change_reruns_exactly_what_depends_on_it(
    project: Project, change: Callable[[Project], None], rerun: dict[str, int]
) -> None:
    change(project)
    assert project.planned() == rerun


def test_predictions_of_a_stopped_run_make_stale_what_was_made_from_older_ones(
    project: Project,
) -> None:
    project.edit(
        "methods/more/views.py",
        "torch.cat([view, view.flip(-1)])",
        "torch.cat([view, view.flip(-2)])",
    )
    done = project.snakemake("report", "--until", "predict_segmentation", "predict_maps")
    assert done.returncode == 0, done.stdout + done.stderr
    planned = project.planned()
    assert not {"predict_segmentation", "predict_maps"} & planned.keys()
    assert planned["label_images"] == 10
    assert planned["apply_crf"] == 9


def test_masks_derived_in_another_way_make_stale_what_was_made_from_older_ones(
    project: Project,
) -> None:
    """The extraction alone runs again; nothing but the masks' content differs."""
    project.edit("methods/data/sbd.py", "if image_id in own:", "if image_id in own - extra:")
    done = project.snakemake("data", "--until", "extract_archives")
    assert done.returncode == 0, done.stdout + done.stderr
    planned = project.planned()
    assert "extract_archives" not in planned
    assert planned["check_dataset"] == 1


def test_nothing_changed_reruns_nothing(finished_chain: Project) -> None:
    assert finished_chain.planned() == {}


def test_moved_project_reruns_nothing(project: Project) -> None:
    assert project.planned() == {}


def test_seed_of_the_command_line_trains_once_more(finished_chain: Project) -> None:
    planned = finished_chain.planned("--config", "seeds=[0,1]")
    assert planned == TRAINED
