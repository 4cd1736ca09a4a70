"""COCO's annotations are read as they stand, and made into class masks by a stated rule."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.data import coco
from methods.data.coco import CocoImage, CocoObject, read_instances, split_ids
from methods.data.coco_masks import class_mask, derive_masks
from methods.data.labels import read_label_png
from methods.errors import InputError


def rectangle(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0, x1, y0, x1, y1, x0, y1]]


def annotation(number: int, image: int, category: int, shape: Any, crowd: int = 0) -> Any:
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": shape,
        "iscrowd": crowd,
    }


def content(part: str = "train") -> dict[str, Any]:
    """Three images, the first with an object of class 1, the last with a crowd of class 2."""
    numbers = {"train": (25, 9, 30), "val": (126, 73, 74)}[part]
    images = [
        {"id": n, "file_name": f"COCO_{part}2014_{n:012d}.jpg", "height": 6, "width": 8}
        for n in numbers
    ]
    crowd = {"size": [6, 8], "counts": [0, 12, 36]}
    return {
        "images": images,
        "annotations": [
            annotation(1, numbers[2], 13, crowd, crowd=1),
            annotation(2, numbers[0], 3, rectangle(1, 1, 4, 5)),
        ],
        "categories": [{"id": 13, "name": "stop sign"}, {"id": 3, "name": "car"}],
    }


def write(root: Path, values: Any, part: str = "train") -> Path:
    path = root / coco.annotation_file(part)
    path.parent.mkdir(exist_ok=True)
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def image(*objects: CocoObject) -> CocoImage:
    return CocoImage("COCO_val2014_000000000042", 6, 8, objects)


def test_paths_follow_from_the_id() -> None:
    id_ = coco.image_id("val", 42)
    assert id_ == "COCO_val2014_000000000042"
    assert coco.image_file(id_) == "val2014/COCO_val2014_000000000042.jpg"
    assert coco.mask_file(id_) == "SegmentationClass/val/000000000042.png"
    assert (coco.part_of(id_), coco.number_of(id_)) == ("val", 42)
    assert coco.annotation_file("train") == "annotations/instances_train2014.json"


def test_classes_are_the_categories_by_id(tmp_path: Path) -> None:
    write(tmp_path, content())
    instances = read_instances(tmp_path, "train")
    assert instances.classes == ("car", "stop sign")
    assert [item.id[-2:] for item in instances.images] == ["09", "25", "30"]
    assert [item.labels() for item in instances.images] == [(), (1,), (2,)]
    assert [item.objects[0].crowd for item in instances.images[1:]] == [False, True]


def test_lists_hold_annotated_images_and_the_first_of_val(tmp_path: Path) -> None:
    for part in coco.PARTS:
        write(tmp_path, content(part), part)
    train, val = (read_instances(tmp_path, part) for part in coco.PARTS)
    assert split_ids(train, val, {"val_part": 1}) == {
        "train": (coco.image_id("train", 25), coco.image_id("train", 30)),
        "val": (coco.image_id("val", 74), coco.image_id("val", 126)),
        "val_part": (coco.image_id("val", 74),),
    }


def test_pixels_of_a_polygon_and_of_run_lengths() -> None:
    mask = class_mask(image(CocoObject(1, 5, False, rectangle(2, 1, 6, 4))))
    expected = np.zeros((6, 8), dtype=np.uint8)
    expected[1:4, 2:6] = 5
    assert mask.dtype == np.uint8
    assert (mask == expected).all()
    # two columns of three pixels down, from the second row of the first column on
    code = {"size": [6, 8], "counts": [1, 3, 3, 3, 38]}
    mask = class_mask(image(CocoObject(1, 2, False, code)))
    assert np.argwhere(mask).tolist() == [[1, 0], [1, 1], [2, 0], [2, 1], [3, 0], [3, 1]]


def test_several_polygons_are_one_instance() -> None:
    shape = rectangle(0, 0, 2, 2) + rectangle(5, 3, 8, 6)
    assert (class_mask(image(CocoObject(1, 3, False, shape))) == 3).sum() == 4 + 9


@pytest.mark.parametrize("turned", [False, True])
def test_smaller_instances_lie_over_larger_ones_whatever_their_order(turned: bool) -> None:
    large = CocoObject(7, 1, False, rectangle(0, 0, 8, 6))
    small = CocoObject(3, 2, False, rectangle(2, 2, 4, 4))
    mask = class_mask(image(*((small, large) if turned else (large, small))))
    assert (mask == 2).sum() == 4
    assert (mask == 1).sum() == 44


@pytest.mark.parametrize("turned", [False, True])
def test_of_equal_instances_the_later_id_wins(turned: bool) -> None:
    first = CocoObject(3, 1, False, rectangle(0, 0, 4, 4))
    second = CocoObject(7, 2, False, rectangle(2, 2, 6, 6))
    mask = class_mask(image(*((second, first) if turned else (first, second))))
    assert ((mask == 1).sum(), (mask == 2).sum()) == (12, 16)


def test_crowds_are_ignored_where_no_instance_lies() -> None:
    crowd = CocoObject(9, 1, True, {"size": [6, 8], "counts": [0, 12, 36]})
    larger = CocoObject(1, 2, False, rectangle(0, 0, 8, 3))
    mask = class_mask(image(crowd, larger))
    assert (mask[:3] == 2).all()
    assert (mask[3:, :2] == 255).all()
    assert (mask[3:, 2:] == 0).all()


@pytest.mark.parametrize(
    "shape",
    [
        [],
        [[0, 0, 1, 1]],
        [[0, 0, 4, 0, 4, 4, 0]],
        [[0, 0, 4, 0, 4, "4"]],
        [[0, 0, float("nan"), 0, 4, 4]],
        [[0, 0, 1e9, 0, 4, 4]],
        {"size": [8, 6], "counts": [48]},
        {"size": [6, 8], "counts": [47]},
        {"size": [6, 8], "counts": [50, -2]},
        {"size": [6, 8], "counts": "compressed"},
        {"counts": [48]},
        None,
    ],
)
def test_other_shapes_are_refused(shape: Any) -> None:
    with pytest.raises(InputError, match=r"^annotation 1 of COCO_val2014_000000000042: found a sh"):
        class_mask(image(CocoObject(1, 1, False, shape)))


def no_categories(values: Any) -> None:
    del values["categories"]


def unknown_category(values: Any) -> None:
    values["annotations"][0]["category_id"] = 4


def unknown_image(values: Any) -> None:
    values["annotations"][0]["image_id"] = 4


def image_twice(values: Any) -> None:
    values["images"].append(values["images"][0])


def category_twice(values: Any) -> None:
    values["categories"].append(values["categories"][0])


def other_name(values: Any) -> None:
    values["images"][0]["file_name"] = "a.jpg"


def no_height(values: Any) -> None:
    del values["images"][0]["height"]


def a_list(values: Any) -> None:
    values["images"] = 3


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (no_categories, "no 'categories'"),
        (unknown_category, "no 4"),
        (unknown_image, "no 4"),
        (image_twice, "an image id twice"),
        (category_twice, "a category id twice"),
        (other_name, "image 25 with the file name 'a.jpg'"),
        (no_height, "no 'height'"),
        (a_list, "not iterable"),
    ],
)
def test_contradictions_are_one_sentence(tmp_path: Path, spoil: Any, reason: str) -> None:
    values = content()
    spoil(values)
    path = write(tmp_path, values)
    with pytest.raises(InputError) as refusal:
        read_instances(tmp_path, "train")
    assert str(refusal.value).startswith(f"{path}: found a file that does not read as instance")
    assert reason in str(refusal.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"'])
def test_what_is_no_annotation_file_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(InputError, match=r"instances_train2014\.json: found a file that does not"):
        read_instances(tmp_path, "train")
    with pytest.raises(InputError, match=r"instances_val2014\.json: found no such file"):
        read_instances(tmp_path, "val")


def test_masks_are_written_for_annotated_images_only(tmp_path: Path) -> None:
    for part in coco.PARTS:
        write(tmp_path, content(part), part)
    derive_masks(tmp_path, 2, 2)
    masks = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.png"))
    ids = [coco.image_id("train", 25), coco.image_id("train", 30)]
    ids += [coco.image_id("val", 74), coco.image_id("val", 126)]
    assert [path.as_posix() for path in masks] == [coco.mask_file(id_) for id_ in ids]
    mask = read_label_png(tmp_path / coco.mask_file(ids[0]), 2, (6, 8))
    assert (mask[1:5, 1:4] == 1).all()
    assert mask.sum() == 12


def test_a_broken_annotation_leaves_no_half_made_folder(tmp_path: Path) -> None:
    write(tmp_path, content())
    values = content("val")
    values["annotations"][1]["segmentation"] = [[0, 0]]
    write(tmp_path, values, "val")
    with pytest.raises(InputError, match="annotation 2 of COCO_val2014_000000000126"):
        derive_masks(tmp_path, 2, 1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["annotations"]
    with pytest.raises(InputError, match="found 2 categories, expected 3 classes"):
        derive_masks(tmp_path, 3, 1)


@pytest.mark.parametrize(
    ("block", "key", "value"),
    [
        ("annotations", "iscrowd", "0"),
        ("annotations", "iscrowd", 2),
        ("images", "height", 0),
        ("images", "height", 6.0),
        ("images", "width", 10**9),
    ],
)
def test_numbers_that_are_none_are_refused(
    tmp_path: Path, block: str, key: str, value: object
) -> None:
    values = content()
    values[block][0][key] = value
    write(tmp_path, values)
    with pytest.raises(InputError, match=rf"instances_train2014\.json: .*{key} {value!r} of"):
        read_instances(tmp_path, "train")
