"""Which images of segmentation are shown, and why."""

import numpy as np

from methods.reporting.segmentation_cases import Case, ImageCounts, failures, ranked_cases

# Rows ground truth, columns prediction: background and three classes.
RIGHT = [[50, 0, 0, 0], [0, 50, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
MISSED = [[50, 0, 0, 0], [30, 0, 0, 0], [0, 0, 20, 0], [0, 0, 0, 0]]
MISSED_MORE = [[50, 0, 0, 0], [0, 0, 40, 0], [0, 0, 20, 0], [0, 0, 0, 0]]
SWALLOWED = [[50, 0, 0, 0], [31, 29, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
HALF = [[50, 0, 0, 0], [30, 30, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
CONFUSED = [[50, 0, 0, 0], [0, 10, 15, 0], [0, 0, 20, 0], [0, 0, 0, 0]]
SPILLED = [[50, 15, 0, 0], [0, 29, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
INVENTED = [[50, 0, 0, 5], [0, 50, 0, 2], [0, 0, 0, 0], [0, 0, 0, 0]]


def cases_of(**images: list[list[int]]) -> dict[str, Case]:
    """The failures among images, by their kind."""
    counts = {id: np.array(matrix) for id, matrix in images.items()}
    found = failures(ImageCounts(counts, dict.fromkeys(counts, 0.0)), "val (CRF)")
    return {case.title: case for case in found}


def test_every_kind_of_failure_is_told_from_the_counts() -> None:
    found = cases_of(
        right=RIGHT, half=HALF, a=MISSED, b=SWALLOWED, c=CONFUSED, d=SPILLED, e=INVENTED
    )
    assert {title: case.failed for title, case in found.items()} == {
        "Class missed": {"a": (1,)},
        "Object swallowed by background": {"b": (1,)},
        "Class confused": {"c": (1,)},
        "Object spilled over": {"d": (1,)},
        "Class invented": {"e": (3,)},
    }
    assert [case.word for case in found.values()] == [
        *("missed", "swallowed", "confused", "spilled over", "invented")
    ]
    assert found["Class invented"].text == (
        "A class is predicted that the ground truth lacks: 1 of 7 images of val (CRF). It is shown."
    )


def test_the_images_with_the_most_pixels_of_a_failure_are_shown() -> None:
    (case,) = cases_of(d=MISSED, c=MISSED, b=MISSED, a=MISSED, e=MISSED_MORE).values()
    assert case.ids == ("e", "a", "b")  # equal ones by id
    assert case.text == (
        "A class of the ground truth is predicted nowhere: 5 of 5 images of val (CRF). Shown are"
        " the 3 with the most such pixels."
    )


def test_images_without_a_failure_are_none() -> None:
    assert cases_of(a=RIGHT, b=HALF) == {}


def test_worst_median_and_best_go_by_the_score_of_an_image() -> None:
    iou = dict(zip("abcdefgh", (5.0, 4.0, 3.0, 3.0, 8.0, 7.0, 6.0, 1.0), strict=True))
    worst, median, best = ranked_cases(ImageCounts({}, iou), "val (CRF)")
    assert worst.ids == ("h", "c", "d")
    assert median.ids == ("d", "b", "a")
    assert best.ids == ("e", "f", "g")
    assert median.text == "Of 8 images of val (CRF), the 3 in the middle, ranked by mIoU."
