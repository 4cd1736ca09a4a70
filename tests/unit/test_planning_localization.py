"""What a localization run has to fetch, writes, holds and takes."""

from pathlib import Path
from typing import Any

import pytest

from methods.box_protocols import beyond_grid
from methods.cdtr import cost
from methods.configuration.experiments import read_experiment
from methods.configuration.loading import Configuration
from methods.data.sources import read_sources
from methods.more import cost as more_cost
from methods.planning.disk import parts_to_write
from methods.planning.fetching import missing_files
from methods.planning.memory import gpu_memory, main_memory
from methods.planning.pictures import masked_images, pictures_of
from methods.planning.step import START
from methods.planning.steps import steps_to_run
from methods.planning.text import plan_text
from methods.planning.times import Machine, time_rows
from methods.postprocess.boxes import threshold_grid
from methods.weights.clip_cost import clip_cost
from methods.weights.used import weights_of
from tests.unit.small_plan import (
    PROJECT,
    configuration,
    only,
    put,
    small_experiment,
    small_localization,
)

GPU = Machine(gpu=True, cores=4)
GUIDE = {"model": "ViT-B-32-quickgelu"}
UNCOUNTED, STARTED = (
    "downloads are not counted; of",
    "only the start is: with many images each takes minutes",
)


@pytest.fixture
def birds(tmp_path: Path) -> Configuration:
    return configuration(tmp_path, small_localization())


@pytest.fixture
def both(tmp_path: Path) -> Configuration:
    experiment = small_experiment()
    for block, entries in small_localization().items():
        experiment[block] = {**entries, **experiment[block]}
    return configuration(tmp_path, experiment)


def test_sizes_by_hand(birds: Configuration) -> None:
    steps = steps_to_run(birds, None)
    parts = parts_to_write(birds, missing_files(birds, None), steps, None)
    found = {(part.name, part.root.name): part.bytes for part in parts}
    parameters = cost.parameters(birds.experiment["runs"]["cdtr"], 3)
    maps = 3 + 2 * 36 + 36 + 2  # logits, two maps, the attention, two classes
    boxes = 2 * 101  # maps, thresholds: 0.195 is not on the grid
    images = 30 + 10  # of test and held_out
    assert found == {
        ("files to fetch", "data"): 5_000_000,  # nobody knows the sizes of the weights
        ("extracted", "data"): pytest.approx(80 * 95e3),
        ("checkpoints", "trial"): 2 * 3 * 4 * parameters,  # seeds, after 2, 4 and 5 epochs
        ("states of trainings", "trial"): 2 * (2 + 1) * 3 * 4 * parameters,
        ("class maps", "trial"): 2 * images * 4 * maps,
        ("boxes", "trial"): 2 * (images * boxes * 4 + 30 * boxes * 20),  # bytes by rule
    }


def test_steps_are_those_of_the_chain(birds: Configuration) -> None:
    names = [step.path.relative_to(birds.results).as_posix() for step in steps_to_run(birds, None)]
    chain = [
        "train/done.json",
        "predictions/test/index.json",
        "predictions/held_out/index.json",
        "boxes/test.program/index.json",
        "boxes/held_out.program/index.json",
        "boxes/test.wsolevaluation/index.json",
    ]
    assert names == [f"cdtr/seed{seed}/{file}" for seed in (0, 1) for file in chain]
    put(birds.results / "cdtr/seed0/train/done.json")
    put(birds.results / "cdtr/seed0/boxes/test.program/index.json")
    left = [step.name for step in steps_to_run(birds, None)]
    assert left[:4] == ["prediction", "prediction", "boxes", "boxes"]
    assert left[4] == "training"


def test_training_sees_what_the_sampler_shows(birds: Configuration) -> None:
    """Of 50 images 48 are drawn, 24 by each of two processes: six batches of 4."""
    run = birds.experiment["runs"]["cdtr"]
    training, prediction = steps_to_run(birds, None)[:2]
    assert training.macs == 5 * 2 * 6 * 4 * cost.training_macs(run, 3, GUIDE)
    assert prediction.macs == 30 * cost.prediction_macs(run, 3)
    run["train_split"] = "train_kept"  # 40 images, five batches
    assert steps_to_run(birds, None)[0].macs == 5 * 2 * 5 * 4 * cost.training_macs(run, 3, GUIDE)


def test_the_network_that_guides_is_counted(birds: Configuration) -> None:
    run = birds.experiment["runs"]["cdtr"]
    before = steps_to_run(birds, None)[0]
    large = {"model": "ViT-L-14"}
    birds.experiment["weights"]["clip"]["network"] = large
    after = steps_to_run(birds, None)[0]
    assert after.macs == 240 * cost.training_macs(run, 3, large) > before.macs
    assert after.memory == cost.training_memory(run, 3, large) > before.memory


def test_a_given_checkpoint_needs_neither_weights_nor_guide(
    birds: Configuration, tmp_path: Path
) -> None:
    assert weights_of(birds.experiment["runs"].values()) == {"vit": "cdtr", "clip": "cdtr"}
    wanted = [file.path.name for file in missing_files(birds, None)]
    assert wanted == ["birds.tgz", "clip.pt", "vit.pth"]
    given = tmp_path / "authors.pth"
    checkpoint = {"rule": "file", "path": str(given), "sha256": "0" * 64}
    birds.experiment["runs"]["cdtr"]["checkpoint"] = checkpoint
    assert {step.name for step in steps_to_run(birds, None)} == {"prediction", "boxes"}
    assert [f.path.name for f in missing_files(birds, None)] == ["birds.tgz", "authors.pth"]


def test_memory_is_that_of_the_training_or_the_predictions(birds: Configuration) -> None:
    steps = steps_to_run(birds, None)
    run = birds.experiment["runs"]["cdtr"]
    assert gpu_memory(steps) == cost.training_memory(run, 3, GUIDE)
    assert main_memory(birds, steps, GPU) == pytest.approx(2e9 + 3 * 0.4e9)
    made = [step for step in steps if step.name == "prediction"]
    network, working = 4 * cost.parameters(run, 3), cost.prediction_memory(run, 3)
    two = Machine(gpu=False, cores=2)
    expected = 0.4e9 + network + 2 * (0.1e9 + working)
    assert main_memory(birds, made, two) == pytest.approx(expected)
    boxes = [step for step in steps if step.name == "boxes"]
    assert main_memory(birds, boxes, GPU) == 0


def test_thresholds_are_counted_as_they_are_made(birds: Configuration) -> None:
    run = birds.experiment["runs"]["cdtr"]
    path = birds.results / "cdtr/seed0/boxes/test.program/index.json"
    boxes = next(step for step in steps_to_run(birds, None) if step.path == path)
    made = len(threshold_grid(beyond_grid(run)))
    assert boxes.bytes == 30 * 2 * made * 4
    run["protocols"]["every"]["threshold"] = 0.2  # twice the same, and on the grid
    fewer = next(step for step in steps_to_run(birds, None) if step.path == path)
    assert fewer.bytes == 30 * 2 * (made - 1) * 4 == 30 * 2 * 100 * 4
    assert fewer.core_seconds / boxes.core_seconds == pytest.approx(100 / 101)


def test_boxes_are_shared_by_the_cores(birds: Configuration) -> None:
    steps = steps_to_run(birds, None)
    seconds = sum(step.core_seconds for step in steps if step.name == "boxes")
    assert seconds > 0
    rows = {row.name: row for row in time_rows(steps, GPU)}
    expected = seconds / 4 + 6 * START
    assert (rows["boxes"].jobs, rows["boxes"].seconds) == (6, pytest.approx(expected))


def test_text_of_one_method(birds: Configuration) -> None:
    lines = [line.strip() for line in plan_text(birds, None, GPU).splitlines()]
    assert lines[-3:] == [
        "on one RTX 3090 or a GPU like it, boxes on 4 cores",
        cost.TIME_BASIS,
        f"{UNCOUNTED} extraction, checks, scores and page {STARTED}",
    ]
    (memory,) = (line for line in lines if line.startswith("main memory"))
    assert memory.endswith("trainings or predictions")
    (memory,) = (line for line in lines if line.startswith("GPU memory"))
    assert memory.endswith(cost.MEMORY_BASIS)
    assert "of another method" in cost.TIME_BASIS
    assert cost.MEMORY_BASIS != more_cost.MEMORY_BASIS


def test_text_of_both_methods_says_whose_basis_it_is(both: Configuration) -> None:
    lines = [line.strip() for line in plan_text(both, None, GPU).splitlines()]
    assert lines[-4:] == [
        "on one RTX 3090 or a GPU like it, CRF and boxes on 4 cores",
        f"cdtr: {cost.TIME_BASIS}",
        f"more: {more_cost.TIME_BASIS}",
        f"{UNCOUNTED} extraction, checks, label maps, scores and page {STARTED}",
    ]
    steps = steps_to_run(both, None)
    largest = max(steps, key=lambda step: step.memory)
    basis = {"cdtr": cost, "more": more_cost}[largest.method].MEMORY_BASIS
    assert any(line.startswith("GPU memory") and line.endswith(basis) for line in lines)
    held = "  trainings or predictions, and a CRF; or the reading of annotations"
    assert any(line.startswith("main memory") and line.endswith(held) for line in lines)


def test_a_training_of_clip_is_counted(birds: Configuration) -> None:
    network = {
        "embed_dim": 8,
        "image_size": 48,
        "vision": {"layers": 1, "width": 8, "head_width": 8, "patch_size": 16},
        "text": {"layers": 1, "width": 8, "heads": 1},
    }
    contrastive = {"pairs": 100, "iterations": 10, "batch_size": 5}
    clip = {"source": "contrastive", "network": network, "contrastive": contrastive}
    birds.experiment["weights"]["clip"] = clip
    (training,) = [step for step in steps_to_run(birds, None) if step.name == "pretraining"]
    assert training.path == birds.weights / "clip.pt"
    assert training.macs == 3 * 10 * 5 * clip_cost(network).macs
    assert training.core_seconds == pytest.approx(100 * 48**2 * 0.008 / 112**2)
    assert [file.path.name for file in missing_files(birds, None)] == ["birds.tgz", "vit.pth"]


@pytest.mark.parametrize(
    ("changes", "masked"),
    [
        ({}, 0),
        ({"archives": [{"name": "birds.tgz"}, {"name": "segmentations.tgz"}]}, 80),
        ({"source": "generated"}, 80),
        ({"format": "ilsvrc", "splits": {"train": 50, "val": 30}}, 0),
    ],
)
def test_masks_are_made_where_there_are_segmentations(
    birds: Configuration, changes: dict[str, Any], masked: int
) -> None:
    assert masked_images({**birds.experiment["datasets"]["birds"], **changes}) == masked


@pytest.mark.parametrize("name", ["paper", "cub", "cub_ablation"])
def test_published_experiments_have_masks_of_every_bird(tmp_path: Path, name: str) -> None:
    """Without them there is no PxAP."""
    paper = configuration(tmp_path, only("cdtr", read_experiment(PROJECT, name)))
    files = {file.path.name: file for file in missing_files(paper, None)}
    assert {"CUB_200_2011.tgz", "segmentations.tgz"} <= files.keys()
    segmentations = files["segmentations.tgz"]
    assert (segmentations.bytes, segmentations.exact) == (39_272_883, True)
    assert segmentations.checked_by == "size, md5"
    assert not segmentations.by_a_person
    dataset = paper.experiment["datasets"]["cub"]
    assert masked_images(dataset) == dataset["images"] == 11_788
    parts = {part.name: part.bytes for part in parts_to_write(paper, [], [], None)}
    masks = 11_788 * pictures_of(dataset).mask_bytes
    assert parts["extracted"] == pytest.approx(1.2e9 + 60e6 + masks)


def test_sizes_of_pictures() -> None:
    """Archives of 1.15 GB (CUB) and 148 GB (ILSVRC)."""
    for format, images, size in (("cub", 11_788, 1.15e9), ("ilsvrc", 1_281_167, 148e9)):
        pictures = pictures_of({"format": format, "source": "local"})
        assert images * pictures.image_bytes == pytest.approx(size, rel=0.05)
    generated = {"format": "cub", "source": "generated", "generated": {"size": [128, 176]}}
    assert pictures_of(generated).pixels == 152**2


def test_published_files_are_known() -> None:
    sources = read_sources()
    cub = sources["CUB_200_2011.tgz"]
    assert cub.digest == "md5:97eceeb196236b17998738112f37df78"
    assert round(cub.bytes / 1e9, 2) == 1.15
    assert sources["ViT-B-32.pt"].digest.startswith("sha256:40d365715913")
    assert sources["deit_small_patch16_224-cd65a155.pth"].digest == "sha256-prefix:cd65a155"
    assert {"segmentations.tgz", "CUBV2.tar"} <= sources.keys()
