"""Boxes, and the geometry of the crop, against the authors' published program."""

from pathlib import Path

import cv2
import numpy as np
import PIL
import pytest

from methods.data.centre_crop import CentreCrop
from methods.data.image_index import read_index
from methods.data.manifest import write_index
from methods.data.one_class import single_class
from methods.data.transforms import IMAGENET_MEAN, IMAGENET_STD, normalise
from methods.evaluation.crop import boxes_in_crop, corners_in_crop
from methods.postprocess.boxes import eight_bits, enlarge, find_boxes
from tests.golden.golden import golden, relative_error

SIDE = 224
VIEW = CentreCrop(resize=256, image_size=SIDE)


def test_boxes_of_600_maps_and_thresholds() -> None:
    data = golden("12_boxes", "cdtr")
    found = [find_boxes(values, data["thresholds"], SIDE, "program") for values in data["maps"]]
    assert all(len(boxes) == 1 for of_map in found for boxes in of_map)
    boxes = np.array(found)[:, :, 0]
    assert boxes.shape == data["boxes"].shape == (60, 10, 4)
    assert np.array_equal(boxes, data["boxes"])


def test_maps_on_the_way_to_boxes() -> None:
    data = golden("12_boxes", "cdtr")
    enlarged = np.stack([enlarge(values, SIDE, "program") for values in data["maps"]])
    assert relative_error(enlarged[data["resized_index"]], data["resized"]) <= 1e-5
    assert np.array_equal(eight_bits(enlarged).max(axis=(1, 2)), data["uint8_max"])


def test_opencv_is_of_the_line_that_was_recorded_or_the_one_that_gave_the_same_boxes() -> None:
    recorded = str(golden("12_boxes", "cdtr")["cv2_version"])
    assert cv2.__version__.split(".")[0] in (recorded.split(".")[0], "4")


def test_true_boxes_in_the_crop() -> None:
    data = golden("14_dataset", "cdtr")
    found = np.concatenate(
        [
            boxes_in_crop(box[None], tuple(size.tolist()), VIEW, "program")
            for box, size in zip(data["boxes_xywh"], data["sizes_wh"], strict=True)
        ]
    )
    assert relative_error(found, data["boxes_out_xyxy"]) <= 1e-12


def test_the_published_program_moves_a_box_at_every_reading() -> None:
    """It writes the uncut corners over x, y, width, height; ours gives the same box again."""
    data = golden("14_dataset", "cdtr")
    box, size = data["boxes_xywh"][:1].copy(), tuple(data["sizes_wh"][0].tolist())
    overwritten = corners_in_crop(box, size, VIEW, "program")
    second = boxes_in_crop(overwritten, size, VIEW, "program")[0]
    assert relative_error(second, data["second_read_of_image0"]) <= 1e-12
    assert np.array_equal(box, data["boxes_xywh"][:1])
    again = boxes_in_crop(box, size, VIEW, "program")[0]
    assert relative_error(again, data["boxes_out_xyxy"][0]) <= 1e-12


@pytest.mark.parametrize("number", [0, 3])
def test_evaluation_crops(number: int) -> None:
    data = golden("14_dataset", "cdtr")
    source, expected = data[f"source_{number}"], data[f"eval_u8_{number}"]
    assert PIL.__version__.split(".")[0] == str(data["pillow"]).split(".")[0]
    view = VIEW.image(source)
    assert np.array_equal(view.transpose(2, 0, 1), expected)
    mean, deviation = (np.array(v)[:, None, None] for v in (IMAGENET_MEAN, IMAGENET_STD))
    assert relative_error(normalise(view), (expected / 255 - mean) / deviation) <= 1e-6
    assert tuple(data["sizes_wh"][number]) == source.shape[1::-1]


def test_labels_number_the_classes_from_0_in_the_order_of_their_names(tmp_path: Path) -> None:
    data = golden("14_dataset", "cdtr")
    classes = [f"{number:03d}.bird" for number in range(1, 201)]
    rows = [
        {
            "id": f"{number:05d}",
            "image": f"{number}.jpg",
            "width": int(width),
            "height": int(height),
            "mode": "RGB",
            "splits": "test",
            "labels": classes[number // 2],
        }
        for number, (width, height) in enumerate(data["sizes_wh"])
    ]
    write_index(tmp_path / "index.csv", rows)
    records = read_index(tmp_path / "index.csv", "test", classes)
    assert [single_class(record) for record in records] == data["labels"].tolist()
    assert len(records[0].labels) == int(data["nb_classes"])
