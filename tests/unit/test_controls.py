"""Controls of known score, through the same scorer as any prediction."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data.files import sha256
from methods.data.image_index import ImageRecord
from methods.data.labels import write_index_png
from methods.data.samples import ManifestFiles, MaskedImages
from methods.data.voc import augmented_mask_file
from methods.errors import InputError
from methods.evaluation.controls import (
    all_background,
    all_background_miou,
    build_control,
    perfect,
)
from methods.evaluation.segmentation import count_pairs, scores
from methods.layout import CONTROLS


@pytest.fixture
def masks() -> list[np.ndarray]:
    """Two masks with 65 background, 20 and 15 class pixels; class 3 never occurs."""
    first = np.zeros((10, 8), dtype=np.uint8)
    first[:2] = 255
    first[2:4] = 1
    second = np.zeros((6, 8), dtype=np.uint8)
    second[0] = 255
    second[1:3, :7] = 2
    second[3, 0] = 2
    second[4, :4] = 1
    second[5, 7] = 255
    return [first, second]


def miou(masks: list[np.ndarray], predict: object) -> float:
    return scores(count_pairs(((mask, predict(mask)) for mask in masks), 4).sum(axis=0)).miou


def test_perfect_prediction_scores_100(masks: list[np.ndarray]) -> None:
    assert miou(masks, perfect) == 100


def test_all_background_scores_its_share_over_the_labels_that_occur(
    masks: list[np.ndarray],
) -> None:
    background = sum(int((mask == 0).sum()) for mask in masks)
    labelled = sum(int((mask != 255).sum()) for mask in masks)
    assert labelled == 103
    expected = 100 * background / labelled / 3
    assert miou(masks, all_background) == pytest.approx(expected)
    assert all_background_miou(masks) == pytest.approx(expected)


def test_controls_decide_every_pixel(masks: list[np.ndarray]) -> None:
    for control in (perfect, all_background):
        for mask in masks:
            assert control(mask).shape == mask.shape
            assert control(mask).dtype == np.uint8
            assert control(mask).max() < 255


def test_controls_leave_the_mask_alone(masks: list[np.ndarray]) -> None:
    before = masks[0].copy()
    perfect(masks[0])
    assert (masks[0] == before).all()


@pytest.fixture
def samples(tmp_path: Path) -> MaskedImages:
    """Three images whose right half is of the one class, and green."""
    records, digests, masks = [], {}, {}
    (tmp_path / augmented_mask_file("a")).parent.mkdir()
    for name in ("a", "b", "c"):
        mask = np.zeros((12, 16), dtype=np.uint8)
        mask[:, 8:] = 1
        image = np.full((12, 16, 3), 200, dtype=np.uint8)
        image[mask == 1] = (0, 200, 0)
        Image.fromarray(image).save(tmp_path / f"{name}.jpg", quality=95, subsampling=0)
        write_index_png(tmp_path / augmented_mask_file(name), mask)
        masks[name] = augmented_mask_file(name)
        for file in (f"{name}.jpg", masks[name]):
            digests[file] = sha256(tmp_path / file)
        labels = np.ones(1, dtype=np.float32)
        records.append(ImageRecord(name, f"{name}.jpg", 12, 16, labels))
    return MaskedImages(records, ManifestFiles(tmp_path, digests, masks), 1)


@pytest.mark.parametrize("name", CONTROLS["segmentation"])
def test_every_control_predicts_and_says_how(name: str, samples: MaskedImages) -> None:
    control = build_control(name, samples, samples, "train_aug")
    counts = count_pairs(((mask, control.predict(image, mask)) for image, mask in samples), 2)
    expected = {"perfect": 100, "all_background": 25, "colour": 100}[name]
    assert scores(counts.sum(axis=0)).miou == pytest.approx(expected)
    assert control.protocol["prediction"]
    assert control.protocol.get("known_miou", expected) == pytest.approx(expected)
    if name == "colour":
        assert control.protocol["fitted_on"] == "masks of train_aug"


def test_images_and_masks_are_those_of_the_manifest(samples: MaskedImages, tmp_path: Path) -> None:
    again = "--forcerun extract_archives --until extract_archives"
    other = np.zeros((12, 16), dtype=np.uint8)
    write_index_png(tmp_path / augmented_mask_file("b"), other)
    with pytest.raises(InputError, match=rf"b\.png: found sha256 .*, expected sha256 .*{again}"):
        build_control("perfect", samples, samples, "train_aug")
        list(samples)
    Image.fromarray(np.zeros((12, 16, 3), dtype=np.uint8)).save(tmp_path / "c.jpg")
    with pytest.raises(InputError, match=r"c\.jpg: found sha256 \w{64}, expected sha256 \w{64}"):
        build_control("colour", samples[2:], samples[2:], "train_aug")
    assert samples[0][1].any()
