"""The training loop of MoRe, at the size of a unit test."""

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from methods.data.files import read_json, sha256
from methods.errors import InputError
from methods.more.formulation import SWITCHES
from methods.more.loop import COLUMNS
from methods.more.training import resolve, train
from methods.training.seeding import allow_tf32
from methods.training.watching import Watching
from tests.unit.small_keeping import small_keeping
from tests.unit.small_run import CLASSES, small_run, write_backbone, write_images


def run_training(folder: Path, run: dict[str, Any], seed: int = 0, name: str = "train") -> Path:
    output = folder / name
    output.mkdir()
    train(
        run=run,
        classes=CLASSES,
        index=write_images(folder),
        images=folder,
        weights=write_backbone(folder / "vit.pt"),
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


def test_every_iteration_has_a_line_and_every_kept_checkpoint_a_digest(tmp_path: Path) -> None:
    output = run_training(tmp_path, small_run())
    rows = journal(output)
    assert list(rows[0]) == list(COLUMNS)
    assert [row["iteration"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[0]["lr_heads"] == pytest.approx(10 * rows[0]["lr_encoder"])
    done = read_json(output / "done.json")
    assert [entry["iteration"] for entry in done["checkpoints"]] == [2, 4, 5]
    for entry in done["checkpoints"]:
        assert sha256(output / "checkpoints" / entry["file"]) == entry["sha256"]
    assert done["distinct_images"] == 4
    assert done["images_seen"] == 10
    (memory,) = done["memory"]  # of one process
    assert (memory["gpu_allocated"], memory["gpu_reserved"]) == (None, None)
    assert memory["resident"] > 50 * 10**6  # torch alone takes more; bytes


@pytest.mark.parametrize("tf32", [False, True])
def test_tf32_is_a_switch_of_its_own_and_recorded(tmp_path: Path, tf32: bool) -> None:
    run = small_run()
    run["training"]["iterations"] = 2
    run["training"]["losses"] |= {"seg_start": 0, "mask_switch": 0}
    run["training"]["precision"]["tf32"] = tf32
    output = run_training(tmp_path, run)
    assert read_json(output / "done.json")["machine"]["tf32"] is tf32
    assert torch.backends.cuda.matmul.allow_tf32 is tf32
    assert torch.backends.cudnn.allow_tf32 is tf32
    allow_tf32(False)


def test_segmentation_terms_count_from_their_first_iteration_on(tmp_path: Path) -> None:
    rows = journal(run_training(tmp_path, small_run()))
    assert [row["seg"] > 0 for row in rows] == [False, False, True, True, True]
    for row in rows:
        weighted = row["cls"] + row["cls_aux"] + row["attri"] + 0.2 * row["cre"]
        weighted += 0.1 * row["ure"] + 0.3 * row["ptc"] + 0.12 * row["seg"] + 0.05 * row["reg"]
        assert row["total"] == pytest.approx(weighted, rel=1e-5)


def test_a_seed_repeats_a_run_to_the_last_bit(tmp_path: Path) -> None:
    first = run_training(tmp_path, small_run(), seed=0, name="first")
    again = run_training(tmp_path, small_run(), seed=0, name="again")
    other = run_training(tmp_path, small_run(), seed=1, name="other")
    digests = [
        read_json(o / "done.json")["checkpoints"][-1]["sha256"] for o in (first, again, other)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_loader_workers_change_nothing(tmp_path: Path) -> None:
    run = small_run()
    alone = run_training(tmp_path, run, name="alone")
    run["training"]["loader_workers"] = 2
    helped = run_training(tmp_path, run, name="helped")
    digests = [read_json(o / "done.json")["checkpoints"][-1]["sha256"] for o in (alone, helped)]
    assert digests[0] == digests[1]


def test_a_term_that_is_not_finite_stops_the_run_at_once(tmp_path: Path) -> None:
    run = small_run()
    run["training"]["optimizer"]["lr"] = 1e30
    with pytest.raises(
        InputError,
        match=r"unfinished\.csv: found loss term '\w+' = nan at iteration [12] on images 2012_\d+",
    ):
        run_training(tmp_path, run)
    assert not (tmp_path / "train" / "done.json").exists()
    assert not (tmp_path / "train" / "journal.csv").exists()
    assert len(journal(tmp_path / "train", "journal.unfinished.csv")) <= 2


def test_an_overflow_of_the_published_cre_names_the_switch(tmp_path: Path) -> None:
    run = small_run()
    run["training"]["losses"]["temperature"] = 1e-3
    with pytest.raises(
        InputError,
        match=r"loss term 'cre' = (nan|inf) at iteration 0 .*set formulation: \{cre_range: fixed\}",
    ):
        run_training(tmp_path, run)
    run["formulation"] = {"cre_range": "fixed"}
    assert len(journal(run_training(tmp_path, run, name="fixed"))) == 5


def test_a_frozen_graph_keeps_its_weights_and_the_others_their_rates(tmp_path: Path) -> None:
    run = small_run()
    digests = []
    for name, formulation in (("all", "program"), ("frozen", {"gcr_training": "frozen"})):
        run["formulation"] = formulation
        output = run_training(tmp_path, run, name=name)
        states = [
            torch.load(output / "checkpoints" / f"iteration_{n:06d}.pt", weights_only=True)
            for n in (2, 4)
        ]
        moved = {key for key in states[0] if not torch.equal(states[0][key], states[1][key])}
        digests.append({key for key in moved if key.startswith("graph_layer.")})
        assert "decoder.conv8.weight" in moved
        assert journal(output)[1]["lr_heads"] == pytest.approx(0.01 * 0.8**0.9)
    assert digests[0]
    assert not digests[1]


def test_training_cannot_reach_a_mask() -> None:
    """What reads masks is not even imported."""
    program = (
        "import sys, workflow_scripts.train_model, methods.more.training\n"
        "print(*(name for name in sys.modules if name.startswith('methods.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "methods.more.objective" in loaded
    masks = {"methods.data.samples", "methods.more.validation", "methods.evaluation.segmentation"}
    assert not masks.intersection(loaded)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    run = small_run()
    run["network"]["depth"] = 4
    with pytest.raises(InputError, match=r"vit\.pt: found 12 missing keys"):
        run_training(tmp_path, run)


def test_resolved_values_tell_what_the_run_will_see(tmp_path: Path) -> None:
    resolved = resolve(
        run=small_run(), classes=CLASSES, index=write_images(tmp_path), seed=3, device="cpu"
    )
    derived = resolved["derived"]
    assert resolved["seed"] == 3
    assert derived["global_batch"] == 2
    assert derived["training_images"] == derived["distinct_images_seen"] == 4
    assert derived["images_seen"] == 10
    assert derived["learning_rates"][1]["lr_encoder"] == pytest.approx(1e-3 * 0.8**0.9)
    assert derived["device"] == "cpu"
    assert derived["marks"] == [
        [2, "segmentation and regulariser begin to count"],
        [4, "CRE and URE turn from auxiliary CAM to CAM"],
    ]


def test_resolved_values_tell_every_stage_and_every_switch(tmp_path: Path) -> None:
    run = small_run() | {"formulation": {"cre_range": "fixed"}}
    run["training"]["losses"] |= {"ptc_start": 0, "region_start": 2, "seg_start": 3}
    resolved = resolve(run=run, classes=CLASSES, index=write_images(tmp_path), seed=0, device="cpu")
    assert set(resolved["formulation"]) == set(SWITCHES)
    assert resolved["formulation"]["cre_range"] == "fixed"
    assert resolved["formulation"]["lam"] == "program"
    assert [mark for mark, _ in resolved["derived"]["marks"]] == [1, 3, 4, 4]
    assert resolved["derived"]["marks"][0] == [1, "PTC begins to count"]
    assert resolved["derived"]["marks"][1] == [3, "CRE and URE begin to count"]


def test_a_missing_gpu_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(InputError, match=r"config\.yaml: found device: cuda"):
        resolve(
            run=small_run(), classes=CLASSES, index=write_images(tmp_path), seed=0, device="cuda"
        )
