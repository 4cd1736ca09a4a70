"""Contradictions among the settings of a CDTR run."""

import re
from typing import Any, get_args, get_type_hints

import pytest

from methods.cdtr.checks import problems
from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.words import ACCEPTED, SWITCHES, TERMS, TITLES
from methods.configuration.problems import Problem
from tests.unit.small_cdtr_run import CLASSES, small_run

BACKBONE = {"patch_size": 16, "width": 12, "depth": 3, "heads": 2, "image_size": 64}
GUIDE = {
    "embed_dim": 8,
    "image_size": 64,
    "vision": {"layers": 1, "width": 16, "head_width": 8, "patch_size": 32},
    "text": {"layers": 1, "width": 8, "heads": 2},
}
NETWORKS = {"weights": BACKBONE, "guide": GUIDE}
DATASET: dict[str, Any] = {
    "format": "cub",
    "classes": list(CLASSES),
    "splits": {"train": 12, "test": 2},
}
CUB = DATASET | {"splits": {"train": 5994, "test": 5794}}


def changed(*changes: tuple[str, object]) -> dict[str, Any]:
    run = small_run()
    for key, value in changes:
        *path, last = key.split(".")
        block = run
        for part in path:
            block = block[part]
        block[last] = value
    return run


def published_sampler(**training: object) -> dict[str, Any]:
    """The small run with the published numbers of draws and rates."""
    return changed(
        ("training.sampler", {"repeats": 3, "round_to": 256, "set_epoch": True}),
        ("training.optimizer.lr", 5e-5),
        ("training.optimizer.lr_batch", 512),
        ("training.epochs", 110),
        ("formulation", {"prompt": "label"}),
        *((f"training.{key}", value) for key, value in training.items()),
    )


def found(run: dict[str, Any], dataset: dict[str, Any] = DATASET) -> list[Problem]:
    return list(problems(run, NETWORKS, dataset))


def sentence(run: dict[str, Any], dataset: dict[str, Any] = DATASET) -> str:
    """The only problem of a run, as it is printed."""
    (problem,) = found(run, dataset)
    return f"{problem.key}: found {problem.found}, expected {problem.expected}; {problem.remedy}."


def test_the_small_run_has_none() -> None:
    assert found(small_run()) == []


def test_the_published_numbers_have_none() -> None:
    assert found(published_sampler(batch_size=128, emulate_processes=4), CUB) == []


@pytest.mark.parametrize("field", ["patch_size", "width", "depth", "heads", "image_size"])
def test_another_network_than_that_of_the_weights(field: str) -> None:
    key = {"image_size": "pretrained_size"}.get(field, field)
    run = small_run()
    other = NETWORKS | {"weights": BACKBONE | {field: 2 * BACKBONE[field]}}
    assert [problem.key for problem in problems(run, other, DATASET)] == [f"network.{key}"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("inference.image_size", 48, "found 48, expected network.pretrained_size = 64"),
        ("inference.resize", 60, "found 60, expected at least inference.image_size = 64, which"),
        ("network.ocm_blocks", 4, "found 4, expected at most depth = 3"),
        ("training.sampler.round_to", 13, "found 13, expected at most the 12 images of train"),
        ("training.schedule.warmup_epochs", 3, "found 3, expected less than epochs = 3"),
        ("training.checkpoint_every", 4, "found 4, expected at most epochs = 3"),
        ("training.augmentation.scale", [1.0, 0.08], "found 1.0 above 0.08, expected the smaller"),
        ("training.augmentation.ratio", [1.4, 0.7], "found 1.4 above 0.7, expected the smaller"),
        ("protocols.released.threshold", 1.0, "found 1.0, expected at least 0 and less than 1"),
        ("protocols.released.threshold", -0.1, "found -0.1, expected at least 0 and less than 1"),
    ],
)
def test_values_that_contradict_others(key: str, value: object, said: str) -> None:
    assert sentence(changed((key, value))).startswith(f"{key}: {said}")


def test_heads_share_the_width() -> None:
    run = changed(("network.heads", 5))
    networks = NETWORKS | {"weights": BACKBONE | {"heads": 5}}
    keys = [problem.key for problem in problems(run, networks, DATASET)]
    assert keys == ["network.width"]


def test_csm_halves_the_grid() -> None:
    sizes = [
        (f"{block}.{key}", 48)
        for block, key in (
            ("network", "pretrained_size"),
            ("training.augmentation", "crop"),
            ("inference", "image_size"),
        )
    ]
    networks = {"weights": BACKBONE | {"image_size": 48}, "guide": GUIDE | {"image_size": 48}}
    (problem,) = problems(changed(*sizes), networks, DATASET)
    assert problem.key == "network.pretrained_size"
    assert problem.expected == "a multiple of 2 * patch_size = 32"


@pytest.mark.parametrize(
    ("batch_size", "processes", "refused"), [(3, 4, False), (4, 3, False), (4, 4, True)]
)
def test_an_epoch_holds_an_iteration(batch_size: int, processes: int, refused: bool) -> None:
    run = changed(
        ("training.batch_size", batch_size),
        ("training.emulate_processes", processes),
        ("formulation", {"prompt": "label"}),
    )
    if not refused:
        assert found(run) == []
        return
    assert sentence(run) == (
        "training.batch_size: found 4 for each of 4 processes, expected at most the 3 draws that"
        " each has in an epoch of train; choose a smaller batch, fewer processes or a smaller"
        " sampler.round_to."
    )


@pytest.mark.parametrize(("iteration", "refused"), [(6, False), (9, False), (3, True), (12, True)])
def test_a_checkpoint_is_written_behind_some_epochs(iteration: int, refused: bool) -> None:
    run = changed(("checkpoint", {"rule": "iteration", "iteration": iteration}))
    if not refused:
        assert found(run) == []
        return
    assert sentence(run) == (
        f"checkpoint.iteration: found {iteration}, where no checkpoint is written, expected a"
        " multiple of 6 (checkpoint_every = 2 epochs), or 9, the last; choose one of these or the"
        " rule 'last'."
    )


def test_prompts_by_position_need_a_name_for_every_image() -> None:
    run = changed(("training.batch_size", 4), ("training.emulate_processes", 1))
    assert sentence(run) == (
        "training.batch_size: found 4 images, whose prompts go by their place in the batch,"
        " expected at most the 3 classes; choose a smaller batch or say formulation: {prompt:"
        " label}."
    )
    assert found(run | {"formulation": {"prompt": "label"}}) == []
    assert found(run | {"formulation": "fixed"}) == []


def test_the_crop_has_one_size_for_network_and_guide() -> None:
    network, guide = found(changed(("training.augmentation.crop", 48)))
    assert network.key == guide.key == "training.augmentation.crop"
    assert network.found == guide.found == "48"
    assert network.expected.startswith("network.pretrained_size = 64, since")
    assert guide.expected == "64, the image size of the guide 'small_clip'"


def test_a_named_guide_has_its_own_image_size() -> None:
    networks = NETWORKS | {"guide": {"model": "RN50x4"}}
    (problem,) = problems(small_run(), networks, DATASET)
    assert (problem.key, problem.found) == ("training.augmentation.crop", "64")
    assert problem.expected == "288, the image size of the guide 'small_clip'"


@pytest.mark.parametrize(
    ("formulation", "prompt", "others"),
    [
        ({"prompt": "label"}, "a photo of", 5),
        # the longer of the two templates is the first that does not fit
        ({"prompt": "label", "prompt_background": "background"}, "a background photo of", 6),
    ],
)
def test_prompts_fit_into_the_texts_of_the_guide(
    formulation: dict[str, str], prompt: str, others: int
) -> None:
    """Every word is one token at least, and so is either end."""
    guide = GUIDE | {"text": {"layers": 1, "width": 8, "heads": 2, "context_length": 20}}

    def refused(words: int) -> list[str]:
        names = ["auk", " ".join(["auk"] * words), "owl"]
        run = changed(("training.prompt_names", names), ("formulation", formulation))
        made = problems(run, NETWORKS | {"guide": guide}, DATASET)
        return [f"{problem.key}: {problem.found}, {problem.expected}" for problem in made]

    assert refused(20 - others) == []
    (said,) = refused(21 - others)
    assert said.startswith(f"training.prompt_names: the prompt '{prompt} auk auk ")
    assert said.endswith(
        "of at least 21 tokens, at most 20 tokens, the length of the texts of the guide"
        " 'small_clip'"
    )


def test_words_of_a_class_count_where_underscores_become_blanks() -> None:
    """Without names of its own a prompt takes those of the data set."""
    dataset = DATASET | {"classes": ["auk", "owl", "_".join(["auk"] * 80)]}
    assert found(changed(("formulation", {"prompt": "label"})), dataset) == []
    blanks = {"prompt": "label", "prompt_words": "blanks"}
    assert sentence(changed(("formulation", blanks)), dataset).startswith(
        "dataset: found the prompt 'a photo of auk auk"
    )


def test_a_floor_above_the_peak_must_be_meant() -> None:
    run = published_sampler(batch_size=32, emulate_processes=1)
    assert sentence(run, CUB) == (
        "training.schedule.floor: found a peak of 3.125e-06 (5e-05 * 32 / 512), below the floor of"
        " 1e-05, so that the rate rises to the end, expected a floor at or below the peak; raise"
        " optimizer.lr or the batch, or say accept: [floor_above_peak], which the page then names."
    )
    assert found(run | {"accept": ["floor_above_peak"]}, CUB) == []
    run["training"]["schedule"]["floor"] = 3.125e-6
    assert found(run, CUB) == []


def test_a_frozen_sampler_must_be_meant() -> None:
    run = published_sampler(batch_size=32, emulate_processes=1)
    run["training"]["sampler"]["set_epoch"] = False
    both = ["floor_above_peak", "frozen_sampler"]
    assert sentence(run | {"accept": both[:1]}, CUB) == (
        "training.sampler.set_epoch: found false, so that every epoch shows the same 1963 of 5994"
        " images, expected true, a draw of its own for every epoch; set it, or say accept:"
        " [frozen_sampler], which the page then names."
    )
    assert found(run | {"accept": both}, CUB) == []
    assert [problem.key for problem in found(run, CUB)] == [
        "training.schedule.floor",
        "training.sampler.set_epoch",
    ]


@pytest.mark.parametrize("name", ["floor_above_peak", "frozen_sampler"])
def test_what_does_not_happen_is_not_accepted(name: str) -> None:
    assert sentence(small_run() | {"accept": [name]}) == (
        f"accept: found {name}, which does not happen in this run, expected only what happens;"
        " delete it from the list."
    )


def test_every_switch_and_everything_accepted_has_words() -> None:
    values = {
        (switch, value)
        for switch, hint in get_type_hints(Formulation).items()
        for value in get_args(hint)
    }
    defaults = {(switch, getattr(PROGRAM, switch)) for switch, _ in values}
    assert set(SWITCHES) == values - defaults
    assert set(ACCEPTED) == {"floor_above_peak", "frozen_sampler"}


def test_every_abbreviation_in_the_words_is_explained() -> None:
    said = " ".join((*SWITCHES.values(), *ACCEPTED.values(), *TITLES.values()))
    found = set(re.findall(r"\b[A-Z]{3}\b", said)) - {"CUB"}  # a data set
    assert found == set(TERMS) == {"CSM", "OCM", "SKI", "SBA"}
