"""Where images and true boxes lie in the crop."""

from pathlib import Path

import numpy as np
import pytest

from methods.data.centre_crop import CentreCrop
from methods.data.files import write_json
from methods.data.image_index import ImageRecord
from methods.errors import InputError
from methods.evaluation.crop import boxes_in_crop
from methods.evaluation.truths import read_truths

VIEW = CentreCrop(resize=256, image_size=224)
SMALL = CentreCrop(resize=10, image_size=8)


@pytest.mark.parametrize(
    ("size", "resized", "offsets"),
    [
        ((500, 333), (384, 256), (80, 16)),
        ((333, 500), (256, 384), (16, 80)),
        ((300, 300), (256, 256), (16, 16)),
        ((257, 400), (256, 398), (16, 87)),
        ((100, 151), (256, 386), (16, 81)),  # 386.56 is cut to 386
        ((1024, 1029), (256, 257), (16, 16)),  # 16.5 goes to the even neighbour
        ((1024, 1037), (256, 259), (16, 18)),  # so does 17.5
    ],
)
def test_sides_and_offsets(
    size: tuple[int, int], resized: tuple[int, int], offsets: tuple[int, int]
) -> None:
    assert VIEW.resized(*size) == resized
    assert tuple(VIEW.offset(side) for side in resized) == offsets


def test_exact_boxes_follow_the_pixels() -> None:
    """An image whose white rectangle is found again where its box says."""
    for width, height in ((61, 40), (40, 61), (50, 50), (41, 97)):
        view = CentreCrop(resize=80, image_size=72)
        x, y, w, h = width // 2 - 9, height // 2 - 8, 16, 20
        mask = np.zeros((height, width), dtype=np.uint8)
        mask[y : y + h, x : x + w] = 1
        box = boxes_in_crop(np.array([[x, y, w, h]], float), (width, height), view, "exact")[0]
        rows, columns = np.nonzero(view.mask(mask))
        seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert np.abs(box - seen).max() <= 1
        white = view.image(np.repeat(mask[:, :, None] * 255, 3, axis=2))
        assert white.shape == (72, 72, 3)
        assert np.abs((white[..., 0] > 127).astype(int) - view.mask(mask)).mean() < 0.03


def test_program_is_off_by_up_to_a_pixel() -> None:
    """Its offset counts one pixel more; both sides have the scale of the shorter one."""
    box = np.array([[4.0, 4.0, 4.0, 4.0]])
    # 20 x 15: scale 2/3, sides 13.33 and 10; offsets round(3.17) = 3 and round(1.5) = 2
    found = boxes_in_crop(box, (20, 15), SMALL, "program")
    assert found[0] == pytest.approx([8 / 3 - 3 + 1 / 3, 2 / 3, 16 / 3 - 3, 10 / 3])
    # exactly: 13 of 20 and 10 of 15 pixels, offsets round(2.5) = 2 and 1
    found = boxes_in_crop(box, (20, 15), SMALL, "exact")
    assert found[0] == pytest.approx([2.6 - 2, 8 / 3 - 1, 5.2 - 2, 16 / 3 - 1])


def test_program_rounds_half_to_even_too() -> None:
    box = np.array([[5.0, 5.0, 2.0, 2.0]])
    # 10 x 14: offsets round(1.5) = 2 and round(3.5) = 4
    assert boxes_in_crop(box, (10, 14), SMALL, "program")[0].tolist() == [3, 1, 5, 3]
    # 10 x 12: round(2.5) = 2
    assert boxes_in_crop(box, (10, 12), SMALL, "program")[0].tolist() == [3, 3, 5, 5]


@pytest.mark.parametrize("crop", ["program", "exact"])
def test_boxes_are_cut_at_the_borders_and_the_given_ones_left_alone(crop: str) -> None:
    boxes = np.array([[0.0, 0.0, 10.0, 10.0], [0.0, 0.0, 0.5, 0.5]])
    before = boxes.copy()
    found = boxes_in_crop(boxes, (10, 10), SMALL, crop)
    assert found.tolist() == [[0, 0, 8, 8], [0, 0, 0, 0]]
    assert np.array_equal(boxes, before)


def test_square_must_fit() -> None:
    with pytest.raises(InputError, match=r"image_size 9 and resize 8, expected a square that fits"):
        CentreCrop(resize=8, image_size=9)


@pytest.fixture
def records() -> list[ImageRecord]:
    return [ImageRecord(name, f"{name}.jpg", 10, 10, np.ones(1)) for name in ("a", "b", "c")]


def manifest_of(folder: Path, boxes: dict) -> Path:
    write_json(folder / "manifest.json", {"boxes": boxes})
    return folder / "manifest.json"


BOXES = {"a": [[2, 2, 4, 4], [4, 4, 2, 2]], "b": [[3, 3, 1, 1]], "c": [[0, 0, 1, 1], [9, 9, 1, 1]]}


def test_last_box_or_all_of_them(tmp_path: Path, records: list[ImageRecord]) -> None:
    manifest = manifest_of(tmp_path, BOXES)
    every = read_truths(manifest, records, SMALL, "exact", "best")
    assert every.tolist() == [
        [[1, 1, 5, 5], [3, 3, 5, 5]],
        [[2, 2, 3, 3], [2, 2, 3, 3]],
        [[0, 0, 0, 0], [8, 8, 8, 8]],
    ]
    last = read_truths(manifest, records, SMALL, "exact", "last")
    assert np.array_equal(last, every[:, 1:])


def test_image_without_a_box_is_refused(tmp_path: Path, records: list[ImageRecord]) -> None:
    manifest = manifest_of(tmp_path, {"a": [[2, 2, 4, 4]]})
    sentence = (
        r"manifest\.json: found no box of 2 images, such as b, expected one of each of the 3 images"
    )
    with pytest.raises(InputError, match=sentence):
        read_truths(manifest, records, SMALL, "exact", "last")
