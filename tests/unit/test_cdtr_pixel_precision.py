"""PxAP: of a perfect map, of one that says nothing, and by hand."""

from pathlib import Path

import numpy as np
import pytest

from methods.data.centre_crop import CentreCrop
from methods.data.files import read_json, write_json
from methods.data.image_index import read_index
from methods.data.predictions import (
    PredictionIndex,
    PredictionItem,
    read_predictions,
    write_arrays,
    write_index,
)
from methods.data.samples import ManifestFiles
from methods.errors import InputError
from methods.evaluation.pixel_precision import (
    average_precision,
    pixel_counts,
    split_pixel_precision,
)
from tests.unit.small_birds import CLASSES, write_birds

VIEW = CentreCrop(resize=24, image_size=20)


def pxap(scores: list[float], labels: list[int]) -> float:
    counts = pixel_counts(np.array([scores], dtype=np.float32), np.array([labels], dtype=np.uint8))
    return average_precision(counts)


def test_perfect_map_scores_100() -> None:
    assert pxap([1, 1, 0.9, 0.2, 0], [1, 1, 1, 0, 0]) == pytest.approx(100)


def test_map_that_says_nothing_scores_the_share_of_the_object() -> None:
    assert pxap([0, 0, 0, 0, 0], [1, 0, 0, 0, 0]) == pytest.approx(20)


def test_area_by_hand() -> None:
    """Recall 1/2 with precision 1, then a false pixel, then recall 1 with precision 2/3."""
    assert pxap([1, 0.8, 0.6, 0.1], [1, 0, 1, 0]) == pytest.approx(100 * (1 / 2 + 1 / 2 * 2 / 3))


def test_worst_map() -> None:
    assert pxap([0, 1, 1, 1], [1, 0, 0, 0]) == pytest.approx(25)


def test_values_closer_than_a_thousandth_are_one_threshold() -> None:
    assert pxap([0.5002, 0.5004], [1, 0]) == pxap([0.5004, 0.5002], [1, 0]) == pytest.approx(50)
    assert pxap([0.4999, 0.5001], [1, 0]) == pytest.approx(50)
    assert pxap([0.5001, 0.4999], [1, 0]) == pytest.approx(100)
    assert pxap([1.0, 0.9999], [1, 0]) == pytest.approx(100)  # 1 has a bin of its own


def test_pixels_that_do_not_count_change_nothing() -> None:
    assert pxap([1, 0.8, 0.6, 0.1, 0.9], [1, 0, 1, 0, 255]) == pxap(
        [1, 0.8, 0.6, 0.1], [1, 0, 1, 0]
    )


def test_images_add_up_before_they_are_scored() -> None:
    counts = [
        pixel_counts(np.array([[0.9, 0.1]]), np.array([[1, 0]], dtype=np.uint8)),
        pixel_counts(np.array([[0.95, 0.05]]), np.array([[0, 1]], dtype=np.uint8)),
    ]
    assert average_precision(sum(counts)) == pytest.approx(100 * (1 / 2 * 1 / 2 + 1 / 2 * 2 / 4))


def test_no_object_is_refused() -> None:
    with pytest.raises(InputError, match="found no pixel of an object, expected at least one"):
        pxap([1, 0], [0, 0])


def predict_masks(folder: Path, index: Path, manifest: Path) -> PredictionIndex:
    """Store maps that are the masks in the crop, under the second (true) class."""
    files = ManifestFiles.read(manifest, folder)
    items = []
    for record in read_index(index, "test", CLASSES):
        mask = VIEW.mask(files.mask(record.id, 1, (record.height, record.width)))
        maps = np.stack([1 - mask, mask]).astype(np.float32)
        write_arrays(folder / f"maps/{record.id}.npz", {"maps": maps})
        items.append(PredictionItem(record.id, f"maps/{record.id}.npz", 30, 40))
    write_index(folder / "index.json", split="test", expected=len(items), source={}, items=items)
    return read_predictions(folder / "index.json")


def test_perfect_maps_of_a_split_score_100(tmp_path: Path) -> None:
    index, manifest = write_birds(tmp_path)
    predictions = predict_masks(tmp_path, index, manifest)
    records = read_index(index, "test", CLASSES)
    found = [
        split_pixel_precision(predictions, records, manifest, tmp_path, VIEW, workers)
        for workers in (1, 2, 3, 5)
    ]
    assert found == [found[0]] * 4
    assert found[0] == pytest.approx(100)


def test_without_masks_there_is_no_score(tmp_path: Path) -> None:
    index, manifest = write_birds(tmp_path)
    predictions = predict_masks(tmp_path, index, manifest)
    records = read_index(index, "test", CLASSES)
    content = read_json(manifest)
    write_json(manifest, {**content, "masks": {}})
    assert split_pixel_precision(predictions, records, manifest, tmp_path, VIEW, 1) is None
    del content["masks"][records[2].id]
    write_json(manifest, content)
    sentence = rf"found no mask of 1 of 6 images, such as {records[2].id}, expected masks of all"
    with pytest.raises(InputError, match=sentence):
        split_pixel_precision(predictions, records, manifest, tmp_path, VIEW, 1)
