"""Contrastive training of the small CLIP."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from methods.data.birds import BIRD_KINDS
from methods.data.files import read_json, sha256
from methods.errors import InputError
from methods.weights.clip import load_clip
from methods.weights.clip_sizes import PROMPT
from methods.weights.contrastive import (
    contrastive_loss,
    draw_pictures,
    render_example,
    train_clip,
)

WEIGHTS: dict[str, Any] = {
    "source": "contrastive",
    "network": {
        "embed_dim": 16,
        "image_size": 32,
        "vision": {"layers": [1, 1, 1, 1], "width": 4, "head_width": 64},
        "text": {"layers": 1, "width": 16, "heads": 2, "context_length": 20},
    },
    "contrastive": {
        "seed": 3,
        "pairs": 40,
        "iterations": 6,
        "batch_size": 12,
        "lr": 1.0e-2,
        "weight_decay": 0.05,
        "warmup_iterations": 2,
        "precision": "fp32",
    },
}


SEEDS = {"first": 3, "again": 3, "other": 4}


def run(
    folder: Path, network: dict[str, Any] = WEIGHTS["network"], **changes: float | str
) -> tuple[Path, Path]:
    weights = {"network": network, "contrastive": WEIGHTS["contrastive"] | changes}
    output, card = folder / "clip.pt", folder / "clip.json"
    train_clip(weights=weights, name="clip", output=output, card=card, device="cpu", threads=1)
    return output, card


class TestLoss:
    def test_nothing_told_apart(self) -> None:
        same = torch.full((5, 4), 0.5)
        loss = contrastive_loss(same, same, torch.tensor(10.0))
        assert loss.item() == pytest.approx(math.log(5), rel=1e-6)

    def test_both_directions_count_half(self) -> None:
        """Both images are like the first text: images cost (a + b) / 2, texts ln 2 each."""
        images, texts = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.eye(2)
        loss = contrastive_loss(images, texts, torch.tensor(2.0))
        a, b = math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))
        assert loss.item() == pytest.approx(((a + b) / 2 + math.log(2)) / 2, rel=1e-6)


class TestPictures:
    def test_a_batch_shows_no_kind_twice(self) -> None:
        torch.manual_seed(0)
        drawn = np.array([draw_pictures(75, 36) for _ in range(200)])
        assert (np.sort(drawn % 36) == np.arange(36)).all()
        assert set(drawn.ravel()) == set(range(75))

    def test_depend_on_seed_and_number_and_show_the_kind_of_the_number(self) -> None:
        first = render_example(1, seed=3, size=32)
        assert first.shape == (32, 32, 3)
        assert np.array_equal(first, render_example(1, seed=3, size=32))
        for other in (render_example(37, seed=3, size=32), render_example(1, seed=4, size=32)):
            assert not np.array_equal(first, other)


def test_the_file_is_a_clip_and_the_card_says_what_it_saw(tmp_path: Path) -> None:
    output, card = run(tmp_path)
    towers = load_clip(output, WEIGHTS["network"])
    assert towers.encode_image(torch.zeros(1, 3, 32, 32)).isfinite().all()
    assert towers.text_table(["Azure_Spotted_Finch"], PROMPT).isfinite().all()
    facts = read_json(card)
    assert facts["source"] == "contrastive"
    assert facts["sha256"] == sha256(output)
    assert facts["network"] == WEIGHTS["network"]
    assert "every class of the generated data set is among the kinds" in facts["task"]
    assert facts["label_set"] == [kind.name for kind in BIRD_KINDS]
    assert (facts["pairs"], facts["seed"]) == (40, 3)
    assert set(facts["accuracy"]) == {"image_to_text_36", "text_to_image", "image_to_text_8"}
    assert all(0 <= value <= 100 for value in facts["accuracy"].values())
    assert set(facts["seconds"]) == {"rendering", "training"}


def test_a_seed_repeats_it_and_another_does_not(tmp_path: Path) -> None:
    digests = [sha256(run(tmp_path / name, seed=seed)[0]) for name, seed in SEEDS.items()]
    assert digests[0] == digests[1] != digests[2]


def test_training_learns(tmp_path: Path) -> None:
    network = WEIGHTS["network"] | {
        "embed_dim": 64,
        "image_size": 64,
        "vision": {"layers": [1, 1, 1, 1], "width": 16, "head_width": 64},
        "text": {"layers": 1, "width": 64, "heads": 2, "context_length": 20},
    }
    _, card = run(tmp_path, network, iterations=100, pairs=360, batch_size=36, lr=3.0e-3)
    accuracy = read_json(card)["accuracy"]
    assert accuracy["image_to_text_36"] > 7  # chance is 2.8; five binomial deviations
    assert accuracy["text_to_image"] > 7


def test_a_loss_that_is_not_finite_stops_it_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"clip\.json: found loss term 'contrastive' = nan at iteration \d+ on images picture",
    ):
        run(tmp_path, lr=1e20)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("changes", [{"pairs": 35}, {"batch_size": 37}])
def test_too_few_pairs_or_too_many_in_a_batch(tmp_path: Path, changes: dict[str, int]) -> None:
    with pytest.raises(
        InputError,
        match=r"^weights\.clip\.contrastive: found \d+ pairs in batches of \d+, expected at least"
        r" 36 pairs, one of every kind, in batches of at most 36; change pairs or batch_size\.$",
    ):
        run(tmp_path, **changes)
    assert list(tmp_path.iterdir()) == []
