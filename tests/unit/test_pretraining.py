"""Pretraining of the small backbone."""

from pathlib import Path

import numpy as np
import pytest
import torch

from methods.data.appearance import TEXTURE_NAMES
from methods.data.files import read_json, sha256
from methods.data.scenes import render_attribute_scene
from methods.errors import InputError
from methods.vit import VisionTransformer
from methods.weights.attributes import PURE, render_example
from methods.weights.pretraining import pretrain

WEIGHTS = {
    "source": "pretrained",
    "network": {"patch_size": 8, "width": 16, "depth": 1, "heads": 2, "image_size": 48},
    "pretraining": {
        "seed": 3,
        "scenes": 16,
        "iterations": 12,
        "batch_size": 8,
        "lr": 1.0e-2,
        "weight_decay": 0.05,
        "warmup_iterations": 2,
        "precision": "fp32",
    },
}


def run(folder: Path, **changes: float) -> tuple[Path, Path]:
    weights = WEIGHTS | {"pretraining": WEIGHTS["pretraining"] | changes}
    output, card = folder / "vit.pt", folder / "vit.json"
    pretrain(weights=weights, name="vit", output=output, card=card, device="cpu", threads=1)
    return output, card


def test_patch_labels_are_those_of_the_layer_that_covers_most_of_the_patch() -> None:
    image, labels = render_example(5, seed=3, size=48, patch_size=8)
    scene = render_attribute_scene(np.random.default_rng([3, 5]), 48, 48)
    assert np.array_equal(image, scene.image)
    assert labels.shape == (4, 6, 6)
    for row in range(6):
        for column in range(6):
            patch = scene.region[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
            numbers, counts = np.unique(patch, return_counts=True)
            top = numbers[counts.argmax()]
            texture, is_object = labels[0, row, column], labels[3, row, column]
            if counts.max() < PURE * 64:
                assert texture == is_object == -1
            elif top == 0:
                assert (texture, is_object) == (-1, 0)
            elif (counts == counts.max()).sum() == 1:
                look = scene.layers[top - 1]
                assert TEXTURE_NAMES[texture] == look.texture
                assert is_object == (look.class_id > 0)


def test_the_backbone_is_a_plain_vit_and_the_card_says_what_it_saw(tmp_path: Path) -> None:
    output, card = run(tmp_path)
    vit = VisionTransformer(patch_size=8, width=16, depth=1, heads=2, tokens=1, pretrained_size=48)
    vit.load_state_dict(torch.load(output, weights_only=True))
    facts = read_json(card)
    assert facts["sha256"] == sha256(output)
    assert facts["scenes"] == 16
    assert "cross + diagonal" in facts["left_out"]
    assert all(0 <= value <= 100 for value in facts["accuracy"].values())


def test_pretraining_learns_and_a_seed_repeats_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, card = run(tmp_path / "a", iterations=60)
    again, _ = run(tmp_path / "b", iterations=60)
    assert sha256(first) == sha256(again)
    assert read_json(card)["accuracy"]["hue_patches"] > 30  # chance is 17


def test_a_loss_that_is_not_finite_stops_it_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"loss term 'patch_\w+' = nan at iteration \d+ on images"):
        run(tmp_path, lr=1e20)
    assert list(tmp_path.iterdir()) == []
