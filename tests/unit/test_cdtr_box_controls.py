"""Controls of localization, each of known worth."""

from pathlib import Path

import numpy as np
import pytest

from methods.data.centre_crop import CentreCrop
from methods.data.files import read_json, write_json
from methods.data.image_index import ImageRecord, read_index
from methods.data.one_class import single_class
from methods.errors import InputError
from methods.evaluation.box_controls import ControlData, score_control
from methods.evaluation.box_scores import Outcomes
from methods.evaluation.colour_classes import ColourClasses, fit, histogram
from methods.evaluation.ranking import rank
from methods.layout import CONTROLS
from tests.unit.small_birds import CLASSES, TEST, write_birds

VIEW = CentreCrop(resize=30, image_size=28)


@pytest.fixture
def data(tmp_path: Path) -> ControlData:
    index, manifest = write_birds(tmp_path)
    return ControlData(
        records=read_index(index, "test", CLASSES),
        training=read_index(index, "train", CLASSES),
        training_split="train",
        manifest=manifest,
        root=tmp_path,
        view=VIEW,
        num_classes=len(CLASSES),
        workers=2,
    )


def rates(outcomes: Outcomes) -> dict:
    return outcomes.summary("predicted", CLASSES)


@pytest.mark.parametrize("name", CONTROLS["localization"])
def test_every_control_says_how_it_comes_about(name: str, data: ControlData) -> None:
    outcomes, protocol, scores = score_control(name, data)
    known = ["known_gt_known", "known_top1_loc"] if name == "perfect" else []
    assert list(protocol) == ["prediction", *known]
    assert protocol["prediction"]
    assert len(outcomes.ids) == TEST
    assert (scores["box_acc_v2"], scores["pxap"], scores["curve"]) == (None, None, None)
    assert scores["box_acc"]["50"] == rates(outcomes)["gt_known"]
    assert np.array_equal(outcomes.iou[:, 0], outcomes.iou[:, 1])


def test_perfect_scores_100(data: ControlData) -> None:
    outcomes, protocol, scores = score_control("perfect", data)
    assert outcomes.iou.min() == pytest.approx(1)
    assert rates(outcomes)["decomposition"]["both"] == 100
    assert scores["box_acc"] == {"30": 100, "50": 100, "70": 100}
    assert protocol["prediction"] == "the true boxes themselves"
    assert protocol["known_gt_known"] == protocol["known_top1_loc"] == 100


def test_boxes_outside_the_crop_cannot_be_found(data: ControlData) -> None:
    content = read_json(data.manifest)
    content["boxes"][data.records[0].id] = [[0, 0, 3, 30]]
    write_json(data.manifest, content)
    outcomes, protocol, _ = score_control("perfect", data)
    expected = pytest.approx(100 * (TEST - 1) / TEST)
    assert rates(outcomes)["gt_known"] == rates(outcomes)["top1_loc"] == expected
    assert protocol["known_gt_known"] == protocol["known_top1_loc"] == expected
    assert protocol["prediction"].endswith("; those of 1 of 6 images lie outside the crop")


def test_whole_crop_by_hand(data: ControlData) -> None:
    """Images of 40 x 30 are not resized, so boxes keep their sides: 12 x 10 and 16 x 20 pixels."""
    outcomes, _, _ = score_control("full_image", data)
    expected = [16 * 20 / 28**2, 12 * 10 / 28**2] * 3
    assert outcomes.iou[:, 0] == pytest.approx(expected)
    assert rates(outcomes)["gt_known"] == 0
    assert rates(outcomes)["top1_cls"] == 100


def test_centre_box_has_the_mean_sides_of_the_training_boxes(data: ControlData) -> None:
    """Five boxes of 12 x 10 and four of 16 x 20 pixels."""
    outcomes, protocol, _ = score_control("centre_box", data)
    width, height = (5 * 12 + 4 * 16) / 9, (5 * 10 + 4 * 20) / 9
    assert "the mean true box of train" in protocol["prediction"]
    # Of the larger box, from (8, 5) to (24, 25) in the crop, with the middle (14, 14).
    across = 14 + width / 2 - max(8, 14 - width / 2)
    down = 14 + height / 2 - max(5, 14 - height / 2)
    expected = across * down / (width * height + 320 - across * down)
    assert outcomes.iou[0, 0] == pytest.approx(expected)


def test_without_training_boxes_the_scored_ones_favour_the_control(data: ControlData) -> None:
    content = read_json(data.manifest)
    content["boxes"] = {record.id: content["boxes"][record.id] for record in data.records}
    write_json(data.manifest, content)
    _, protocol, _ = score_control("centre_box", data)
    assert "the mean true box of this split" in protocol["prediction"]


def test_colour_names_the_classes_of_coloured_things(data: ControlData) -> None:
    outcomes, protocol, _ = score_control("colour", data)
    found = rates(outcomes)
    assert (found["top1_cls"], found["top5_cls"]) == (100, 100)
    assert "nearest mean colour of 9 images of train" in protocol["prediction"]
    centre, _, _ = score_control("centre_box", data)
    assert np.array_equal(outcomes.iou, centre.iou)


def test_colour_is_wrong_where_colours_are(data: ControlData) -> None:
    """Classes of the training images moved on by one: none is right."""
    moved = [
        ImageRecord(r.id, r.image, r.height, r.width, np.roll(r.labels, 1)) for r in data.training
    ]
    outcomes, _, _ = score_control("colour", ControlData(**{**vars(data), "training": moved}))
    assert rates(outcomes)["top1_cls"] == 0


def test_image_without_a_box_is_refused(data: ControlData) -> None:
    content = read_json(data.manifest)
    del content["boxes"][data.records[3].id]
    write_json(data.manifest, content)
    with pytest.raises(InputError, match=rf"no box of 1 images, such as {data.records[3].id}"):
        score_control("full_image", data)


def test_images_are_those_of_the_manifest(data: ControlData) -> None:
    (data.root / data.training[0].image).write_bytes(b"other")
    with pytest.raises(InputError, match=r"00001\.jpg: found sha256 \w{64}, expected sha256"):
        score_control("colour", data)


def test_histogram_of_colours() -> None:
    image = np.zeros((2, 2, 3), dtype=np.uint8)
    image[0, 0] = (255, 0, 0)
    found = histogram(image)
    assert found.shape == (512,)
    assert found[7 * 64] == np.sqrt(1 / 4)
    assert found[0] == np.sqrt(3 / 4)
    assert (found**2).sum() == pytest.approx(1)


def test_at_most_fifty_images_of_a_class_make_its_mean() -> None:
    labels = np.eye(3, dtype=np.float32)
    records = [ImageRecord(f"{n}", f"{n}", 1, 1, labels[0]) for n in range(120)]
    records.append(ImageRecord("lone", "lone", 1, 1, labels[2]))
    grey = np.full((1, 1, 3), 200, dtype=np.uint8)
    black = np.zeros((1, 1, 3), dtype=np.uint8)
    read = {**{f"{n}": black if n % 3 else grey for n in range(120)}, "lone": black}
    known: ColourClasses = fit(records, lambda record: read[record.id], 3, 1)
    assert known.images == 41  # every third of 120, and the lone one
    assert np.array_equal(known.means[0], histogram(grey))
    assert np.isinf(known.means[1]).all()
    assert known.rank(grey, 0) == 0
    assert known.rank(black, 0) == 1
    assert known.rank(black, 1) == 2  # a class without an image comes last


def test_ranks() -> None:
    scores = np.array([0.1, 0.7, 0.7, 0.2])
    assert [rank(scores, true) for true in range(4)] == [3, 0, 1, 2]


def test_image_of_several_classes_is_refused() -> None:
    for labels in (np.zeros(3), np.array([1, 0, 1])):
        with pytest.raises(InputError, match=r"labels of image a: found [02] classes, expected ex"):
            single_class(ImageRecord("a", "a.jpg", 1, 1, labels))
