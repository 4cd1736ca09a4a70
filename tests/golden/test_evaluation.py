"""Metric and CRF against the authors' published program."""

import numpy as np
import pytest

from methods.data.labels import voc_palette
from methods.evaluation.classification import f1_scores
from methods.evaluation.segmentation import confusion_matrix, count_pairs, scores
from methods.postprocess.crf import BilateralSettings, CrfSettings, GaussianSettings, dense_crf
from tests.golden.golden import golden, relative_error


def test_scores() -> None:
    data = golden("metric")
    counts = count_pairs(zip(data["gts"], data["preds"], strict=True), 21)
    found = scores(counts.sum(axis=0))
    assert (counts[0] == data["hist0"]).all()
    assert found.miou == pytest.approx(100 * float(data["miou"]), abs=1e-9)
    assert found.pixel_accuracy == pytest.approx(100 * float(data["pAcc"]), abs=1e-9)
    assert found.mean_accuracy == pytest.approx(100 * float(data["mAcc"]), abs=1e-9)
    for name, scale in (("iou", 100), ("precision", 100), ("recall", 100)):
        expected = scale * data[name]
        assert np.allclose(getattr(found, name), expected, rtol=0, atol=1e-9, equal_nan=True)
    assert np.allclose(found.confusion_ratio, data["confusion"], rtol=1e-12, equal_nan=True)


def test_undecided_pixels_are_counted_as_the_published_pseudo_label_score_does() -> None:
    """It drops pixels predicted 255; here they must be marked in the truth instead."""
    data = golden("metric")
    total = sum(
        confusion_matrix(np.where(prediction == 255, 255, truth), prediction % 255, 21)
        for truth, prediction in zip(data["gts"], data["preds_with_ignore"], strict=True)
    )
    assert scores(total).miou == pytest.approx(100 * float(data["pseudo_miou"]), abs=1e-9)


def test_f1_of_image_labels() -> None:
    data = golden("metric")
    found = f1_scores(data["f1_true"], data["f1_pred"])
    assert np.abs(found - data["f1"]).max() < 1e-12


def test_colours_of_labels() -> None:
    assert np.array_equal(voc_palette(), golden("metric")["colormap"])


@pytest.mark.parametrize(("name", "iterations"), [("voc", 10), ("voc_iter1", 1)])
def test_crf(name: str, iterations: int) -> None:
    data = golden("crf")
    settings = CrfSettings(iterations, GaussianSettings(1, 3), BilateralSettings(67, 3, 4))
    labels, marginals = dense_crf(data["image"], data["prob"], settings)
    expected = data[f"{name}_q5"]
    assert np.abs(marginals[5] - expected).max() <= 1e-3
    assert np.abs(marginals[:, ::4, ::4] - data[f"{name}_q_sub"]).max() <= 1e-3
    assert (labels == data[f"{name}_argmax"]).mean() >= 0.999


def test_crf_of_other_settings() -> None:
    data = golden("crf")
    settings = CrfSettings(10, GaussianSettings(1, 1), BilateralSettings(121, 5, 4))
    labels, marginals = dense_crf(data["image"], data["prob"], settings)
    assert relative_error(marginals[5], data["coco_old_q5"]) <= 1e-3
    assert relative_error(marginals[:, ::4, ::4], data["coco_old_q_sub"]) <= 1e-3
    assert (labels == data["coco_old_argmax"]).mean() >= 0.999
