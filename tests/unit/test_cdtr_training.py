"""The training loop of CDTR, at the size of a unit test."""

import csv
import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from methods.cdtr.formulation import SWITCHES
from methods.cdtr.loop import COLUMNS
from methods.cdtr.training import resolve, train
from methods.cdtr.words import TITLES
from methods.data.files import read_json, sha256
from methods.errors import InputError
from methods.training.watching import Watching
from tests.unit.small_cdtr_run import (
    CLASSES,
    small_run,
    write_backbone,
    write_guide,
    write_images,
)
from tests.unit.small_keeping import small_keeping


def run_training(folder: Path, run: dict[str, Any], seed: int = 0, name: str = "train") -> Path:
    output = folder / name
    output.mkdir()
    train(
        run=run,
        classes=CLASSES,
        index=write_images(folder),
        images=folder,
        weights=write_backbone(folder / "vit.pt"),
        guide=write_guide(folder / "clip.pt"),
        output=output,
        seed=seed,
        device="cpu",
        keeping=small_keeping(),
        watching=Watching(),
    )
    return output


def journal(output: Path, name: str = "journal.csv") -> list[dict[str, float]]:
    with (output / name).open() as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def last_digest(output: Path) -> str:
    return str(read_json(output / "done.json")["checkpoints"][-1]["sha256"])


def state(output: Path, iteration: int) -> Mapping[str, Tensor]:
    loaded: Mapping[str, Tensor] = torch.load(
        output / "checkpoints" / f"iteration_{iteration:06d}.pt", weights_only=True
    )
    return loaded


def test_every_iteration_has_a_line_and_every_kept_checkpoint_a_digest(tmp_path: Path) -> None:
    output = run_training(tmp_path, small_run())
    rows = journal(output)
    assert list(rows[0]) == list(COLUMNS)
    assert [row["iteration"] for row in rows] == list(range(9))
    assert [row["epoch"] for row in rows] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert [row["lr"] for row in rows[:6]] == pytest.approx([1e-6] * 6)
    assert rows[6]["lr"] > rows[5]["lr"]
    done = read_json(output / "done.json")
    assert done["iterations"] == 9
    assert done["images_seen"] == 36
    assert done["skipped_steps"] == 0
    assert [entry["iteration"] for entry in done["checkpoints"]] == [6, 9]
    for entry in done["checkpoints"]:
        assert sha256(output / "checkpoints" / entry["file"]) == entry["sha256"]


def test_the_total_is_what_the_learned_weights_make_of_the_terms(tmp_path: Path) -> None:
    for row in journal(run_training(tmp_path, small_run())):
        weighted = sum(
            row[f"weight_{term}"] * row[term] + math.log(1 + 0.5 / row[f"weight_{term}"])
            for term in ("x", "att", "area", "map", "dnc")
        )
        assert row["total"] == pytest.approx(weighted + 2.4 * row["clip"], rel=1e-4)


def test_resolved_values_are_what_the_training_then_does(tmp_path: Path) -> None:
    run = small_run()
    resolved = resolve(run=run, classes=CLASSES, index=write_images(tmp_path), seed=3, device="cpu")
    derived = resolved["derived"]
    output = run_training(tmp_path, resolved)
    rows, done = journal(output), read_json(output / "done.json")
    assert derived["device"] == done["device"] == "cpu"
    assert derived["global_batch"] == 4
    assert derived["training_images"] == 12
    assert derived["iterations"] == done["iterations"] == len(rows)
    assert derived["iterations_an_epoch"] == 3
    assert derived["images_seen"] == done["images_seen"]
    assert derived["passes_over_the_split"] == 3
    assert derived["distinct_images_seen"] == done["distinct_images"]
    assert derived["distinct_images_an_epoch"] == rows[2]["distinct_images"] == 4
    assert derived["distinct_images_after"] == {1: 4, 3: done["distinct_images"]}
    assert rows[-1]["distinct_images"] == done["distinct_images"] > 4
    assert derived["peak_lr"] == pytest.approx(1e-3)
    assert derived["marks"] == []
    for epoch, rate in derived["learning_rates"].items():
        assert rows[3 * epoch]["lr"] == pytest.approx(rate, rel=1e-6)
    assert derived["lowest_lr"] == pytest.approx(1e-6)
    assert derived["highest_lr"] == max(derived["learning_rates"].values())
    assert set(resolved["formulation"]) == set(SWITCHES)
    assert resolved["seed"] == 3


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_other_precisions_follow_the_same_course(tmp_path: Path, precision: str) -> None:
    run = small_run()
    full = journal(run_training(tmp_path, run, name="full"))
    run["training"]["precision"]["network"] = precision
    half = journal(run_training(tmp_path, run, name="half"))
    for row, other in zip(full, half, strict=True):
        assert row["total"] == pytest.approx(other["total"], rel=0.02)
    assert any(row["total"] != other["total"] for row, other in zip(full, half, strict=True))


def test_a_frozen_sampler_sees_the_first_epoch_again_and_again(tmp_path: Path) -> None:
    run = small_run()
    run["training"]["sampler"]["set_epoch"] = False
    resolved = resolve(run=run, classes=CLASSES, index=write_images(tmp_path), seed=0, device="cpu")
    assert resolved["derived"]["distinct_images_after"] == {1: 4, 3: 4}
    assert read_json(run_training(tmp_path, run) / "done.json")["distinct_images"] == 4


def test_a_seed_repeats_a_run_to_the_last_bit(tmp_path: Path) -> None:
    first, again, other = (
        last_digest(run_training(tmp_path, small_run(), seed=seed, name=name))
        for seed, name in ((0, "first"), (0, "again"), (1, "other"))
    )
    assert first == again != other


def test_loader_workers_change_nothing(tmp_path: Path) -> None:
    run = small_run()
    alone = run_training(tmp_path, run, name="alone")
    run["training"]["loader_workers"] = 2
    helped = run_training(tmp_path, run, name="helped")
    assert last_digest(alone) == last_digest(helped)


def test_an_iteration_counts_as_one_for_the_running_statistics(tmp_path: Path) -> None:
    output = run_training(tmp_path, small_run())
    assert state(output, 9)["block_catbn.num_batches_tracked"] == 9


def test_every_part_is_trained(tmp_path: Path) -> None:
    run = small_run()
    run["training"]["epochs"] = 6
    output = run_training(tmp_path, run)
    early, late = state(output, 6), state(output, 18)
    assert [key for key in early if torch.equal(early[key], late[key])] == []


def test_a_term_that_is_not_finite_stops_the_run_at_once(tmp_path: Path) -> None:
    run = small_run()
    run["training"]["schedule"]["warmup_lr"] = 1e30
    with pytest.raises(
        InputError,
        match=r"unfinished\.csv: found loss term '\w+' = (nan|inf) at iteration [12] on images"
        r" 000\d\d, 000\d\d, expected finite",
    ):
        run_training(tmp_path, run)
    assert not (tmp_path / "train" / "done.json").exists()
    assert not (tmp_path / "train" / "journal.csv").exists()
    assert len(journal(tmp_path / "train", "journal.unfinished.csv")) <= 2


def test_an_image_of_two_classes_is_refused(tmp_path: Path) -> None:
    index = write_images(tmp_path)
    index.write_text(index.read_text().replace(CLASSES[1], "|".join(CLASSES[:2]), 1))
    with pytest.raises(InputError, match=r"^labels of image 00002: found 2 classes, expected"):
        resolve(run=small_run(), classes=CLASSES, index=index, seed=0, device="cpu")


def test_a_guide_of_another_image_size_is_refused(tmp_path: Path) -> None:
    guide = write_guide(tmp_path / "clip.pt")
    guide = guide._replace(network={**guide.network, "image_size": 96})
    (tmp_path / "train").mkdir()
    with pytest.raises(InputError, match=r"clip\.pt: found "):
        train(
            run=small_run(),
            classes=CLASSES,
            index=write_images(tmp_path),
            images=tmp_path,
            weights=write_backbone(tmp_path / "vit.pt"),
            guide=guide,
            output=tmp_path / "train",
            seed=0,
            device="cpu",
            keeping=small_keeping(),
            watching=Watching(),
        )


def test_every_column_of_the_journal_has_a_title() -> None:
    assert set(TITLES) == set(COLUMNS) - {"iteration"}


def test_training_cannot_reach_a_box() -> None:
    """What reads boxes is not even imported."""
    program = (
        "import sys, workflow_scripts.train_model, methods.cdtr.training\n"
        "print(*(name for name in sys.modules if name.startswith('methods.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "methods.cdtr.objective" in loaded
    boxes = {"methods.data.boxes", "methods.data.manifest", "methods.evaluation.localization"}
    assert not boxes.intersection(loaded)
