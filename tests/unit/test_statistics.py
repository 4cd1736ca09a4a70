"""The bootstrap over images."""

import numpy as np
import pytest

from methods.evaluation.segmentation import scores
from methods.evaluation.statistics import bootstrap_iou


def random_counts(images: int, labels: int) -> np.ndarray:
    """Images of differing quality."""
    rng = np.random.default_rng(3)
    quality = rng.uniform(0.2, 1.0, images)
    counts = rng.integers(0, 40, (images, labels, labels))
    counts[:, np.arange(labels), np.arange(labels)] += (quality[:, None] * 900).astype(np.int64)
    return counts


def test_agrees_with_drawing_image_by_image() -> None:
    counts = random_counts(30, 4)
    rng = np.random.default_rng(11)
    drawn = [scores(counts[rng.integers(0, 30, 30)].sum(axis=0)).miou for _ in range(3000)]
    expected = np.percentile(drawn, (2.5, 97.5))
    assert bootstrap_iou(counts, 3000, 0).miou == pytest.approx(expected, abs=0.6)


def test_seed_decides() -> None:
    counts = random_counts(30, 4)
    first, again, other = (bootstrap_iou(counts, 300, seed) for seed in (5, 5, 6))
    assert first.miou == again.miou != other.miou
    assert (first.iou == again.iou).all()
    assert (first.iou != other.iou).any()


def test_equal_images_leave_no_doubt() -> None:
    counts = np.repeat([[[8, 2], [1, 9]]], 20, axis=0)
    expected = scores(counts.sum(axis=0)).miou
    assert bootstrap_iou(counts, 400, 0).miou == pytest.approx((expected, expected))


def test_label_missing_from_a_resample_leaves_its_mean() -> None:
    """Label 1 lies in one of two images: the mean is over one label or over two."""
    counts = np.array([[[10, 0], [0, 0]], [[10, 0], [10, 0]]])
    low, high = bootstrap_iou(counts, 2000, 0).miou
    # first image twice: IoU 100; second twice: (50 + 0) / 2; one of each: (200 / 3 + 0) / 2
    assert (low, high) == pytest.approx((25, 100))


def test_interval_narrows_with_more_images() -> None:
    counts = random_counts(40, 3)
    few = bootstrap_iou(counts, 1000, 0).miou
    many = bootstrap_iou(np.tile(counts, (16, 1, 1)), 1000, 0).miou
    assert (many[1] - many[0]) == pytest.approx((few[1] - few[0]) / 4, rel=0.2)


def test_the_interval_of_a_label_agrees_with_drawing_image_by_image() -> None:
    counts = random_counts(30, 4)
    counts[:25, 3], counts[:25, :, 3] = 0, 0  # a label that few images have
    rng = np.random.default_rng(11)
    drawn = [scores(counts[rng.integers(0, 30, 30)].sum(axis=0)).iou for _ in range(3000)]
    expected = np.nanpercentile(drawn, (2.5, 97.5), axis=0).T
    found = bootstrap_iou(counts, 3000, 0).iou
    assert found == pytest.approx(expected, abs=1.5)
    widths = found[:, 1] - found[:, 0]
    assert widths[3] > widths[:3].max()


def test_a_label_has_its_interval_from_the_resamples_that_show_it() -> None:
    """Label 1 lies in one of two images, label 2 in none; label 3 is predicted alone."""
    counts = np.zeros((2, 4, 4), np.int64)
    counts[:, 0, 0], counts[0, 1, 1], counts[0, 1, 0], counts[:, 0, 3] = 10, 4, 6, 1
    ends = bootstrap_iou(counts, 500, 0).iou
    assert ends[1] == pytest.approx([40, 40])
    assert np.isnan(ends[2]).all()
    assert ends[3].tolist() == [0, 0]
