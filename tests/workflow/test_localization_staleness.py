"""A change reruns what depends on it in a localization run, and nothing else."""

import os
from collections.abc import Callable

import pytest

from tests.workflow.projects import Project

EXPERIMENT = "experiments/tiny_birds.yaml"
RENDERED = {"render_report": 1, "write_crate": 1}
REPORTED = {"judge_claims": 1, **RENDERED}
SCORED = {"score_boxes": 4, **REPORTED}
CHOSEN = {"choose_threshold": 2, **SCORED}
BOXED = {"find_boxes": 3, **CHOSEN}
PREDICTED = {"predict_localization": 2, **BOXED}
TRAINED = {"resolve_run": 1, "train_model": 1, "select_checkpoint": 1, **PREDICTED}
# The settings of a run say nothing of the weights of its guide.
GUIDED = {
    **{rule: jobs for rule, jobs in TRAINED.items() if rule != "resolve_run"},
    "train_clip": 1,
    "record_weights": 1,
}
OF_RELEASED = "gt_known: predicted, several: last,\n                 threshold: 0.2"


def touch_inputs(project: Project) -> None:
    """Give the archives, the data index and the weights a new time, their content unchanged."""
    for file in (
        "data/generated/birds.json",
        "results/tiny_birds/data/birds/index.csv",
        "weights/tiny-vit.pt",
        "weights/tiny-clip.pt",
    ):
        os.utime(project.folder / file)


def edit(file: str, old: str, new: str) -> Callable[[Project], None]:
    """A change of one place in one file."""
    return lambda project: project.edit(file, old, new)


def stated(threshold: str) -> Callable[[Project], None]:
    """Another threshold of one of the four protocols."""
    return edit(EXPERIMENT, OF_RELEASED, OF_RELEASED.replace("0.2", threshold))


def keep_the_draw(project: Project) -> None:
    """Every epoch draws as the first one does, which has to be accepted."""
    project.edit(EXPERIMENT, "set_epoch: true", "set_epoch: false")
    of_run("accept: [frozen_sampler]")(project)


def of_run(line: str) -> Callable[[Project], None]:
    """One more key of the run."""
    guide = "    guide: tiny-clip\n"
    return edit(EXPERIMENT, guide, f"{guide}    {line}\n")


CLAMPED = "_LOWEST, _HIGHEST = 1e-4, 0.9999"
CHANGES: dict[str, tuple[Callable[[Project], None], dict[str, int]]] = {
    "nothing": (lambda project: None, {}),
    "touched inputs": (touch_inputs, {}),
    "a comment": (
        edit("methods/cdtr/losses.py", CLAMPED, f"{CLAMPED.replace(' = ', '  =  ')}  # both;"),
        {},
    ),
    "what the preset says anyway": (of_run("formulation: program"), {}),
    "the other method": (
        edit("methods/more/losses.py", "_TEMPERATURE = 0.07", "_TEMPERATURE = 0.08"),
        {},
    ),
    "the gallery": (
        edit(EXPERIMENT, 'gallery: ["00005"]', 'gallery: ["00006"]'),
        RENDERED,
    ),
    "a claim": (edit("claims/mini_birds.yaml", "tolerance: 1.0e-9", "tolerance: 1.0e-8"), REPORTED),
    "a threshold": (stated("0.29"), {**SCORED, "score_boxes": 1}),
    "a threshold between those of the grid": (stated("0.205"), BOXED),
    "where a threshold is chosen": (
        edit(EXPERIMENT, "threshold_source: cubv2", "threshold_source: held_out"),
        {**dict.fromkeys(PREDICTED, 1)},
    ),
    "the scores": (
        edit("methods/evaluation/box_scores.py", "iou[:, 0] >= RIGHT", "iou[:, 0] > RIGHT"),
        {"score_box_control": 4, **CHOSEN},
    ),
    "the boxes": (edit("methods/postprocess/boxes.py", "(scaled * 255)", "(scaled * 254)"), BOXED),
    "the crop": (
        edit(EXPERIMENT, "resize: 56", "resize: 64"),
        {"score_box_control": 4, **PREDICTED},
    ),
    "a loss": (edit("methods/cdtr/losses.py", CLAMPED, CLAMPED.replace("0.9999", "0.9")), TRAINED),
    "a switch": (of_run("formulation: {prompt: label}"), TRAINED),
    "the sampler": (keep_the_draw, TRAINED),
    "one more seed": (edit(EXPERIMENT, "seeds: [0]", "seeds: [0, 1]"), TRAINED),
    "the training of CLIP": (
        edit("methods/weights/contrastive.py", "_SCALE = 100.0", "_SCALE = 90.0"),
        GUIDED,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_reruns_exactly_what_depends_on_it(birds: Project, name: str) -> None:
    change, rerun = CHANGES[name]
    change(birds)
    assert birds.planned() == rerun
