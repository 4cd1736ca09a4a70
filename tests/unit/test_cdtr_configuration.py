"""A CDTR run is refused where it contradicts itself, its weights or its data set."""

from pathlib import Path
from typing import Any

import pytest

from methods.configuration.loading import load_configuration
from tests.unit.small_bird_project import (
    BESIDE,
    copy_bird_project,
    load,
    run_of,
    sentence,
)
from tests.unit.small_project import PROJECT

RUN = "runs.cdtr"
TRAINING = f"{RUN}.training"
CRF = {
    "iterations": 2,
    "gaussian": {"sxy": 1, "compat": 3},
    "bilateral": {"sxy": 67, "srgb": 3, "compat": 4},
}
BEST = {"rule": "best", "split": "cubv2"}
PRETRAINED = "expected network.pretrained_size = 48, since positions are not interpolated"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project, and tiny_birds.yaml as the experiment `tiny`."""
    monkeypatch.chdir(tmp_path)
    return copy_bird_project(tmp_path)


@pytest.mark.parametrize("name", sorted(path.stem for path in PROJECT.glob("experiments/*.yaml")))
def test_runs_on_birds_are_cdtr_with_a_guide(project: Path, name: str) -> None:
    runs = load_configuration(project, {"experiment": name}).experiment["runs"]
    birds = [run for run in runs.values() if run["task"] == "localization"]
    assert all(run["method"] == "cdtr" and len(run["formulation"]) == 11 for run in birds)
    assert all("guide" in run for run in birds)
    assert birds or name in ("ablation", "coco", "mini_ablation", "paper_best", "paper_val")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("guide", "tiny-vit", "'tiny-vit', which is a backbone, expected a pair of CLIP towers;"),
        ("guide", "tiny-clap", "'tiny-clap', which is not there, expected 'tiny-clip'; correct"),
        ("weights", "tiny-clip", "'tiny-clip', which is a pair of CLIP towers, expected a back"),
        ("weights", "tiny-vti", "'tiny-vti', which is not there, expected 'tiny-vit'; correct"),
        ("crf", CRF, BESIDE.removeprefix("found ")),
        ("submission", {"split": "test", "protocol": "strict"}, BESIDE.removeprefix("found ")),
        ("evaluation.curve_split", "test", BESIDE.removeprefix("found ")),
        ("network.ocm_blocks", 4, "4, expected at most depth = 3"),
        ("network.width", 64, "64, expected 32, as width of the weights 'tiny-vit'"),
        (
            "training.prompt_names",
            ["auk", "owl", "tern " * 16],
            f"the prompt 'a photo of {'tern ' * 16}.' of at least 22 tokens, expected at most 20 t",
        ),
        ("network.pretrained_size", 64, "64, expected 48, as image_size of the weights 'tiny-vit'"),
        ("inference.image_size", 64, f"64, {PRETRAINED}"),
        ("inference.resize", 47, "47, expected at least inference.image_size = 48, which is cut"),
        ("training.augmentation.crop", 56, f"56, {PRETRAINED}"),
        ("gpus", 3, "3, among which training.emulate_processes = 2 cannot be shared out evenly,"),
        ("training.augmentation.scale", [1.0, 0.3], "1.0 above 0.3, expected the smaller value"),
        ("training.augmentation.rand_augment", "augmix-m3", "'augmix-m3', expected text that mat"),
        ("training.checkpoint_every", 3, "3, expected at most epochs = 2"),
        ("training.schedule.warmup_epochs", 2, "2, expected less than epochs = 2"),
        ("training.sampler.round_to", 13, "13, expected at most the 12 images of train; choose"),
    ],
)
def test_a_value_is_refused_at_its_key(project: Path, key: str, value: Any, said: str) -> None:
    assert sentence(project, {f"{RUN}.{key}": value}).startswith(f"{RUN}.{key}: found {said}")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("guide", None, f"{RUN}: found no such key, expected the key 'guide'; add it."),
        ("task", "segmentation", "protocols.honest: found the unknown key 'box', expected one of"),
        ("network.registers", 2, "network: found the unknown key 'registers', expected"),
        ("training.iterations", 6, "training: found the unknown key 'iterations', expected"),
        (
            "training.emulate_processes",
            13,
            "training.batch_size: found 2 for each of 13 processes,",
        ),
        *(
            (
                "checkpoint",
                best,
                "checkpoint.rule: found 'best', expected one of last, iteration, file",
            )
            for best in (BEST, {"rule": "best"})
        ),
        (
            "checkpoint",
            {"rule": "last", "split": "cubv2"},
            "checkpoint.split: found this key with the rule 'last', expected none, as no split cho",
        ),
        ("train_split", "test", "protocols.honest.split: found 'test', which is trained on, exp"),
        ("train_split", "val", "train_split: found 'val', which the data set has not, expected o"),
    ],
)
def test_a_value_is_refused_elsewhere(project: Path, key: str, value: Any, said: str) -> None:
    found = sentence(project, {f"{RUN}.{key}": value})
    assert found.startswith((said, f"{RUN}.{said}"))


def test_a_checkpoint_is_one_that_is_written(project: Path) -> None:
    chosen = {"rule": "iteration", "iteration": 3}
    assert load(project, {f"{RUN}.checkpoint": chosen})["checkpoint"] == chosen
    assert sentence(project, {f"{RUN}.checkpoint.iteration": 5}).startswith(
        f"{RUN}.checkpoint.iteration: found 5, where no checkpoint is written, expected a multiple"
        " of 3 (checkpoint_every = 1 epochs), or 6, the last; choose"
    )


def test_the_guide_takes_images_of_the_crop(project: Path) -> None:
    assert sentence(project, {"weights.tiny-clip.network.image_size": 64}) == (
        f"{TRAINING}.augmentation.crop: found 48, expected 64, the image size of the guide"
        " 'tiny-clip'; let the sizes agree or choose another guide."
    )


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("ViT-B-23", "'ViT-B-32'"),
        ("ViT-B-32-256", "'ViT-B-32'"),
        ("convnext", "one of RN101, RN101-quickgelu,"),
    ],
)
def test_an_unknown_guide_is_refused(project: Path, model: str, said: str) -> None:
    """open_clip may know it; its image size and its cost are not known here."""
    towers = {"source": "local", "file": "clip.pt", "sha256_prefix": "0" * 64, "task": "telling"}
    changes = {"weights.tiny-clip": towers | {"network": {"model": model}}}
    found = sentence(project, changes)
    assert found.startswith(
        f"weights.tiny-clip.network.model: found {model!r}, which is no network of OpenAI's CLIP,"
        f" expected {said}"
    )
    assert found.endswith("; choose one of these networks.")


def test_a_grid_of_patches_is_even(project: Path) -> None:
    sizes = ("network.pretrained_size", "training.augmentation.crop", "inference.image_size")
    changes = {"weights.tiny-vit.network.image_size": 40} | {f"{RUN}.{key}": 40 for key in sizes}
    said = "network.pretrained_size: found 40, expected a multiple of 2 * patch_size = 16"
    assert sentence(project, changes).startswith(f"{RUN}.{said}")


@pytest.mark.parametrize(
    ("formulation", "said"),
    [
        ({"promt": "label"}, "found the unknown key 'promt', expected 'prompt'; correct the key"),
        ({"loss_maps": "matched"}, "found the unknown key 'loss_maps', expected 'loss_map'"),
        ({"lam": "paper"}, "found the unknown key 'lam', expected one of clip_normalisation, he"),
        ("paper", "found 'paper', expected one of program, fixed"),
    ],
)
def test_an_unknown_switch_is_refused(project: Path, formulation: Any, said: str) -> None:
    found = sentence(project, {f"{RUN}.formulation": formulation})
    assert found.startswith(f"{RUN}.formulation: {said}")


def test_an_unknown_value_of_a_switch_is_refused(project: Path) -> None:
    found = sentence(project, {f"{RUN}.formulation": {"prompt": "lable"}})
    assert found.startswith(f"{RUN}.formulation.prompt: found 'lable', expected one of program, la")


RISES = (
    "a peak of 0.0001 (0.0001 * 4 / 4), below the floor of 0.1, so that the rate rises to the"
    " end, expected a floor at or below the peak; raise optimizer.lr or the batch, or say accept:"
    " [floor_above_peak], which the page then names."
)
SAME = (
    "false, so that every epoch shows the same 4 of 12 images, expected true, a draw of its own"
    " for every epoch; set it, or say accept: [frozen_sampler], which the page then names."
)
ACCEPTED = {
    "floor_above_peak": ("training.schedule.floor", 0.1, RISES),
    "frozen_sampler": ("training.sampler.set_epoch", False, SAME),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_looks_like_a_mistake_has_to_be_accepted(project: Path, name: str) -> None:
    key, value, said = ACCEPTED[name]
    assert sentence(project, {f"{RUN}.{key}": value}) == f"{RUN}.{key}: found {said}"
    assert load(project, {f"{RUN}.accept": [name]})["accept"] == [name]
    whole = run_of("tiny_birds")["training"]
    assert sentence(project, {TRAINING: whole}) == (
        f"{RUN}.accept: found {name}, which does not happen in this run, expected only what"
        " happens; delete it from the list."
    )


def test_an_acceptance_of_nothing_known_is_refused(project: Path) -> None:
    said = sentence(project, {f"{RUN}.accept": ["frozen"]})
    assert said.startswith(
        f"{RUN}.accept.0: found 'frozen', expected one of floor_above_peak, frozen_sampler"
    )


def test_prompts_by_place_need_a_class_for_every_place(project: Path) -> None:
    alone = {f"{TRAINING}.batch_size": 4, f"{TRAINING}.emulate_processes": 1}
    assert sentence(project, alone) == (
        f"{TRAINING}.batch_size: found 4 images, whose prompts go by their place in the batch,"
        " expected at most the 3 classes; choose a smaller batch or say formulation: {prompt:"
        " label}."
    )
    run = load(project, {f"{RUN}.formulation": {"prompt": "label"}})
    assert {name for name, value in run["formulation"].items() if value == "label"} == {"prompt"}
