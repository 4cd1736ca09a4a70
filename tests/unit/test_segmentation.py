"""Confusion matrices and scores against hand-computed values."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.data.files import sha256, write_json
from methods.data.labels import write_label_png
from methods.data.predictions import PredictionItem, read_predictions, write_index
from methods.data.samples import ManifestFiles
from methods.data.voc import augmented_mask_file
from methods.errors import InputError
from methods.evaluation.segmentation import confusion_matrix, count_pairs, scores
from methods.evaluation.segmentation_files import (
    metrics_document,
    read_metrics,
    read_pairs,
    write_metrics,
)

TRUTH = np.array([[0, 0, 1, 1], [0, 255, 2, 255]], dtype=np.uint8)
PREDICTION = np.array([[0, 1, 1, 1], [0, 0, 1, 2]], dtype=np.uint8)
COUNTS = [[2, 1, 0, 0], [0, 2, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]


def document(counts: np.ndarray, expected: int) -> dict:
    return metrics_document(
        split="val",
        name="raw",
        protocol={"scales": [1.0]},
        classes=["cat", "dog", "bus"],
        counts=counts,
        expected=expected,
        bootstrap_samples=100,
        bootstrap_seed=0,
    )


def test_matrix_has_truth_in_rows_and_drops_255() -> None:
    assert confusion_matrix(TRUTH, PREDICTION, 4).tolist() == COUNTS


def test_scores_by_hand() -> None:
    found = scores(np.array(COUNTS))
    assert found.iou[:3] == pytest.approx([200 / 3, 50, 0])
    assert found.precision[:2] == pytest.approx([100, 50])
    assert found.recall[:3] == pytest.approx([200 / 3, 100, 0])
    assert found.confusion_ratio[:2] == pytest.approx([0, 1])
    assert np.isnan(found.iou[3])  # neither true nor predicted anywhere
    assert np.isnan(found.precision[2])  # never predicted
    assert found.miou == pytest.approx((200 / 3 + 50 + 0) / 3)
    assert found.pixel_accuracy == pytest.approx(100 * 4 / 6)
    assert found.mean_accuracy == pytest.approx((200 / 3 + 100 + 0) / 3)
    assert found.mean_precision == pytest.approx((100 + 50) / 2)  # the third is never predicted


def test_label_that_is_only_predicted_does_not_enter_the_mean() -> None:
    found = scores(np.array([[8, 2], [0, 0]]))
    assert found.iou.tolist() == [80, 0]
    assert found.miou == 80


def test_precision_of_labels_that_are_never_predicted_is_not_defined() -> None:
    counts = np.array([[[0, 0], [5, 0]]])
    assert np.isnan(scores(counts[0]).mean_precision)
    assert (
        metrics_document(
            split="val",
            name="raw",
            protocol={},
            classes=["cat"],
            counts=counts,
            expected=1,
            bootstrap_samples=10,
            bootstrap_seed=0,
        )["mean_precision"]
        is None
    )


def test_other_shape_is_refused_even_if_it_broadcasts() -> None:
    for other in (PREDICTION[:1], PREDICTION[:, :3], np.zeros((2, 4, 4), np.uint8)):
        with pytest.raises(InputError, match=r"expected \(2, 4\), the shape of the ground truth"):
            confusion_matrix(TRUTH, other, 4)


@pytest.mark.parametrize("label", [4, 255])
def test_prediction_out_of_range_is_refused_even_where_the_truth_is_255(label: int) -> None:
    prediction = PREDICTION.copy()
    prediction[1, 1] = label
    with pytest.raises(InputError, match=f"prediction: found labels from 0 to {label}"):
        confusion_matrix(TRUTH, prediction, 4)


def test_truth_out_of_range_is_refused() -> None:
    with pytest.raises(InputError, match="ground truth: found labels from 0 to 2, expected 0 to 1"):
        confusion_matrix(TRUTH, np.zeros((2, 4), np.uint8), 2)


def test_split_without_a_labelled_pixel_has_no_score() -> None:
    with pytest.raises(InputError, match="found no pixel"):
        scores(np.zeros((3, 3), dtype=np.int64))


def test_document_adds_up_the_images() -> None:
    counts = count_pairs([(TRUTH, PREDICTION), (TRUTH, TRUTH % 255)], 4)
    found = json.loads(json.dumps(document(counts, expected=2), allow_nan=False))
    assert found["coverage"] == {"evaluated": 2, "expected": 2}
    assert found["classes"] == ["background", "cat", "dog", "bus"]
    assert found["confusion_matrix"] == [[5, 1, 0, 0], [0, 4, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert found["per_class"]["cat"] == pytest.approx(
        {"iou": 400 / 6, "precision": 400 / 6, "recall": 100, "confusion_ratio": 0.5}
    )
    assert found["per_class"]["bus"] == dict.fromkeys(
        ("iou", "precision", "recall", "confusion_ratio")
    )
    assert found["miou"] == pytest.approx((500 / 6 + 400 / 6 + 50) / 3)
    low, high = found["interval_95"]
    assert low <= found["miou"] <= high
    low, high = found["iou_interval_95"]["cat"]
    assert low < found["per_class"]["cat"]["iou"] < high
    assert found["iou_interval_95"]["bus"] == [None, None]
    # by column: background 5 of 5, cat 4 of 6, dog 1 of 1; no bus anywhere
    assert found["mean_precision"] == pytest.approx((100 + 400 / 6 + 100) / 3)


def test_score_over_a_part_of_a_split_is_void() -> None:
    counts = count_pairs([(TRUTH, PREDICTION)], 4)
    with pytest.raises(InputError, match="found 1 scored images, expected all 2"):
        document(counts, expected=2)


def test_counts_of_each_image_are_kept(tmp_path: Path) -> None:
    counts = count_pairs([(TRUTH, PREDICTION), (TRUTH, TRUTH % 255)], 4)
    path, counts_path = tmp_path / "val.raw.json", tmp_path / "val.raw.counts.npz"
    write_metrics(path, counts_path, document(counts, 2), ["a", "b"], counts)
    with np.load(counts_path) as stored:
        assert stored["ids"].tolist() == ["a", "b"]
        assert (stored["counts"] == counts).all()
    assert json.loads(path.read_text()) == document(counts, 2)


def write_split(folder: Path, prediction: np.ndarray, height: int = 2) -> Path:
    write_label_png(folder / augmented_mask_file("a"), TRUTH)
    write_label_png(folder / "labels/a.png", prediction)
    index = folder / "index.json"
    item = PredictionItem("a", "labels/a.png", height, 4)
    write_index(index, split="val", expected=1, source={}, items=[item])
    return index


def truths(folder: Path) -> ManifestFiles:
    name = augmented_mask_file("a")
    entry = {"name": name, "bytes": 1, "sha256": sha256(folder / name)}
    write_json(folder / "manifest.json", {"files": [entry], "masks": {"a": name}})
    return ManifestFiles.read(folder / "manifest.json", folder)


def test_label_maps_are_read_from_disk(tmp_path: Path) -> None:
    predictions = read_predictions(write_split(tmp_path, PREDICTION))
    pairs = list(read_pairs(predictions, truths(tmp_path), 3))
    assert count_pairs(pairs, 4).tolist() == [COUNTS]


def test_label_map_of_another_size_is_named(tmp_path: Path) -> None:
    predictions = read_predictions(write_split(tmp_path, PREDICTION[:1]))
    with pytest.raises(InputError, match="labels/a.png: found a label map of 4x1"):
        list(read_pairs(predictions, truths(tmp_path), 3))


def test_prediction_must_decide_every_pixel(tmp_path: Path) -> None:
    predictions = read_predictions(write_split(tmp_path, TRUTH))
    with pytest.raises(InputError, match="labels/a.png: found label 255"):
        list(read_pairs(predictions, truths(tmp_path), 3))


def test_changed_or_unlisted_mask_is_refused(tmp_path: Path) -> None:
    predictions = read_predictions(write_split(tmp_path, PREDICTION))
    known = truths(tmp_path)
    write_label_png(tmp_path / augmented_mask_file("a"), TRUTH % 255)
    with pytest.raises(InputError, match=r"a\.png: found sha256 \w{64}, expected sha256 \w{64}"):
        list(read_pairs(predictions, known, 3))
    with pytest.raises(InputError, match=r"a\.png: found .* expected a file of the manifest"):
        list(
            read_pairs(predictions, ManifestFiles(tmp_path, {}, {"a": augmented_mask_file("a")}), 3)
        )
    with pytest.raises(InputError, match=r"found no mask of a, expected one in the manifest"):
        list(read_pairs(predictions, ManifestFiles(tmp_path, {}, {}), 3))


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    """A metrics file with its counts."""
    counts = count_pairs([(TRUTH, PREDICTION), (TRUTH, TRUTH % 255)], 4)
    path = tmp_path / "val.raw.json"
    write_metrics(path, tmp_path / "val.raw.counts.npz", document(counts, 2), ["a", "b"], counts)
    return path


def test_metrics_file_agrees_with_its_counts(metrics: Path) -> None:
    found = json.loads(metrics.read_text())
    assert read_metrics(metrics) == found
    found["miou"] *= 1 + 1e-14  # another machine's last digit
    write_json(metrics, found)
    assert read_metrics(metrics) == found


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("miou",), 99.0),
        (("pixel_accuracy",), 99.0),
        (("mean_accuracy",), 99.0),
        (("mean_precision",), 99.0),
        (("mean_precision",), None),
        (("per_class", "cat", "iou"), 99.0),
        (("per_class", "bus", "iou"), 0.0),
        (("per_class", "background", "confusion_ratio"), False),  # it is 0.0
        (("per_class", "cat"), None),
        (("confusion_matrix", 0, 0), 6),
        (("coverage", "evaluated"), 3),
    ],
)
def test_number_edited_by_hand_is_refused(metrics: Path, where: tuple, value: object) -> None:
    found = json.loads(metrics.read_text())
    block = found
    for key in where[:-1]:
        block = block[key]
    block[where[-1]] = value
    write_json(metrics, found)
    with pytest.raises(InputError, match=rf"{where[0]}\S* of .*val\.raw\.json: .*; delete the"):
        read_metrics(metrics)


@pytest.mark.parametrize("field", ["miou", "coverage", "per_class", "classes", "mean_precision"])
def test_metrics_file_without_a_field_is_refused(metrics: Path, field: str) -> None:
    found = json.loads(metrics.read_text())
    del found[field]
    write_json(metrics, found)
    with pytest.raises(InputError, match=f"found no field '{field}'"):
        read_metrics(metrics)


def test_broken_absent_or_repeated_counts_are_refused(metrics: Path) -> None:
    path = metrics.with_suffix(".counts.npz")
    with np.load(path) as held:
        counts = held["counts"]
    np.savez(path, ids=np.array(["a", "a"]), counts=counts)
    with pytest.raises(InputError, match=r"found counts of shape \(2, 4, 4\)"):
        read_metrics(metrics)
    np.savez(path, counts=counts)
    with pytest.raises(InputError, match="bytes that are no counts"):
        read_metrics(metrics)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InputError, match="bytes that are no counts"):
        read_metrics(metrics)
    path.unlink()
    with pytest.raises(InputError, match="no such file"):
        read_metrics(metrics)
