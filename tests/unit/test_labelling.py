"""Label maps by protocol, image labels as they are predicted, and the sizes of views."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from methods.data.predictions import write_arrays
from methods.errors import InputError
from methods.more.views import mirrored_pair, view_size
from methods.postprocess.fusion import fuse_maps
from methods.postprocess.image_labels import predicted_classes
from methods.postprocess.labelling import label_image
from methods.protocols import Protocol

SEED = Protocol(
    map="cam", split="val", scales=(1.0,), flip=True, labels="given", background=0.5,
    threshold_source="fixed",
)  # fmt: skip


@pytest.fixture
def maps(tmp_path: Path) -> Path:
    """Maps of the classes 2, 4 and 5: left, middle and right third; 4 is the strongest."""
    raw = np.zeros((2, 3, 6, 6), dtype=np.float32)
    for position, value in enumerate((1.0, 3.0, 2.0)):
        raw[0, position, :, 2 * position : 2 * position + 2] = value
    raw[1] = raw[0, ..., ::-1]
    path = tmp_path / "maps.npz"
    write_arrays(
        path,
        {
            "classes": np.array([2, 4, 5]),
            "given": np.array([True, False, True]),
            "logits": np.array([False, True, False]),
            "decoder": np.array([False, False, False]),
            "cam_1": raw,
        },
    )
    return path


def test_only_allowed_classes_appear(maps: Path) -> None:
    given = label_image(maps, SEED, 24, (24, 24))
    assert set(np.unique(given)) == {0, 3, 6}
    assert (given[:, 1:6] == 3).all()
    assert (given[:, 18:23] == 6).all()
    assert (given[:, 11:13] == 0).all()
    by_logits = label_image(maps, replace(SEED, labels="logits"), 24, (24, 24))
    assert set(np.unique(by_logits)) == {0, 5}
    assert not label_image(maps, replace(SEED, labels="decoder"), 24, (24, 24)).any()


def test_decoder_is_labelled_by_its_highest_fused_logit(tmp_path: Path) -> None:
    logits = np.random.default_rng(0).normal(size=(2, 4, 3, 3)).astype(np.float32)
    write_arrays(tmp_path / "a.npz", {"scale_1": logits})
    plain = Protocol(map="decoder", split="val", scales=(1.0,), flip=False)
    found = label_image(tmp_path / "a.npz", plain, 24, (3, 3))
    assert (found == logits[0].argmax(axis=0)).all()
    flipped = label_image(tmp_path / "a.npz", replace(plain, flip=True), 24, (3, 3))
    assert (flipped == (logits[0] + logits[1, ..., ::-1]).argmax(axis=0)).all()


def test_maps_without_flip_leave_the_mirror_image_out() -> None:
    raw = np.zeros((2, 1, 4, 4), dtype=np.float32)
    raw[0, 0, 1, 1], raw[1, 0, 2, 0] = 1, 9
    found = fuse_maps({"lam_1": raw}, "lam", (1.0,), 4, (4, 4), flip=False)
    assert np.allclose(found[0], raw[0, 0], atol=2e-5)


class TestPredictedClasses:
    DECIDED = np.array([[0, 0, 0, 0, 0], [2, 2, 2, 2, 3], [4, 4, 4, 4, 4]])

    def test_each_source_asks_its_own_first(self) -> None:
        named = predicted_classes(np.array([1, -1, -1, -1], dtype=np.float32), self.DECIDED)
        assert named["logits"].tolist() == [True, False, False, False]
        assert named["decoder"].tolist() == [False, True, False, True]  # four patches suffice

    def test_classifier_that_names_none_asks_the_decoder_for_five_patches(self) -> None:
        named = predicted_classes(np.full(4, -1, dtype=np.float32), self.DECIDED)
        assert named["logits"].tolist() == [False, False, False, True]

    def test_first_label_is_taken_for_the_background_as_published(self) -> None:
        decided = np.array([[2] * 5, [4] * 5])  # no background at all
        named = predicted_classes(np.full(4, -1, dtype=np.float32), decided)
        assert named["logits"].tolist() == [False, False, False, True]
        assert named["decoder"].tolist() == [False, True, False, True]

    def test_decoder_that_gives_none_asks_the_classifier(self) -> None:
        named = predicted_classes(np.array([-1, 1], dtype=np.float32), np.zeros((3, 3), dtype=int))
        assert named["decoder"].tolist() == [False, True]

    def test_nobody_names_a_class(self) -> None:
        named = predicted_classes(np.array([-1, -1], dtype=np.float32), np.zeros((3, 3), dtype=int))
        assert not named["logits"].any()
        assert not named["decoder"].any()


class TestViews:
    def test_square_loses_the_proportions(self) -> None:
        assert view_size((375, 500), 1.25, "square", 448, 16) == (560, 560)

    def test_aspect_keeps_them_in_whole_patches(self) -> None:
        height, width = view_size((375, 500), 1.0, "aspect", 448, 16)
        assert (height, width) == (384, 512)
        assert view_size((500, 375), 1.0, "aspect", 448, 16) == (512, 384)
        tall, wide = view_size((375, 500), 1.5, "aspect", 448, 16)
        assert tall % 16 == wide % 16 == 0
        assert abs(tall * wide / 672**2 - 1) < 0.03

    def test_original_scales_both_sides(self) -> None:
        assert view_size((375, 501), 1.25, "original", 448, 16) == (468, 626)
        with pytest.raises(InputError, match="found a view of 15x40 pixels"):
            view_size((40, 15), 1.0, "original", 448, 16)

    def test_pair_is_the_view_and_its_mirror_image(self) -> None:
        image = torch.randn(1, 3, 20, 30, generator=torch.Generator().manual_seed(0))
        pair = mirrored_pair(image, 1.0, "square", 16, 8)
        assert pair.shape == (2, 3, 16, 16)
        assert torch.equal(pair[1], pair[0].flip(-1))
