"""Published numbers compared with seeds, in the words of the verdict."""

from dataclasses import replace

import pytest

from methods.claims import Quantity
from methods.reporting.comparisons import compare_published
from methods.reporting.image_intervals import ImageInterval
from methods.reporting.judging import judge
from methods.reporting.measurements import Measurement
from tests.unit.small_claim import CRF, PUBLISHED, claim

BOOTSTRAP = ImageInterval("bootstrap", 74.5, 77.5)


def measured(values: list[float], images: ImageInterval | None = None) -> dict:
    return {
        (CRF, seed): Measurement(value, 60, 60, images=images) for seed, value in enumerate(values)
    }


@pytest.mark.parametrize(
    ("values", "status", "distance", "interval", "end"),
    [  # the half-width is 2.92 * SD / sqrt(3): 0.84 or 1.69; the reach 4.303 * SD * sqrt(4 / 3)
        ([76.0, 76.5, 77.0], "equivalent", "0.10 above", "-0.74 to +0.94, lies within", ""),
        ([73.5, 74.0, 74.5], "below", "2.40 below", "-3.24 to -1.56, lies wholly below", ""),
        ([78.5, 79.0, 79.5], "above", "2.60 above", "+1.76 to +3.44, lies wholly above", ""),
        (
            [75.5, 76.5, 77.5],
            "inconclusive",
            "0.10 above",
            "-1.59 to +1.79, crosses an end of",
            " At this mean and spread, 6 seeds would decide, at the least.",
        ),
        (
            [76.9, 77.4, 77.9],
            "inconclusive",
            "1.00 above",
            "+0.16 to +1.84, crosses an end of",
            " At this mean and spread, 100 seeds would not decide.",
        ),
    ],
)
def test_enough_seeds_are_tested(
    values: list[float], status: str, distance: str, interval: str, end: str
) -> None:
    verdict = judge(claim(PUBLISHED), measured(values), [0, 1, 2])
    assert verdict.status == status
    reach = 4.302653 * (values[1] - values[0]) * (4 / 3) ** 0.5
    assert verdict.reason == (
        f"{values[1]:.2f} (mean of 3 seeds, {values[0]:.2f} to {values[2]:.2f}) is {distance} the"
        f" published 76.40; the 90 % interval of the difference, {interval} the tolerance of"
        f" 1.00. One more seed would lie between {values[1] - reach:.2f} and"
        f" {values[1] + reach:.2f} (95 % prediction).{end}"
    )
    assert verdict.difference == pytest.approx(values[1] - 76.4)
    assert verdict.statistics is not None
    assert verdict.statistics["outcome"] == status


def test_one_seed_is_never_equivalent_and_says_what_its_interval_covers() -> None:
    verdict = judge(claim(PUBLISHED), measured([76.0], BOOTSTRAP), [0])
    assert verdict.status == "consistent"
    assert verdict.statistics is None
    assert verdict.reason == (
        "76.00 (one seed) is 0.40 below the published 76.40, within the tolerance of 1.00. A"
        " verdict of equivalence takes 3 trained seeds. 95 % interval over images (bootstrap):"
        " 74.50 to 77.50. It leaves out the spread between seeds."
    )


def test_each_interval_stands_behind_its_own_method_and_those_that_lack_are_counted() -> None:
    wilson = ImageInterval("binomial", 70.0, 80.0)
    images = [BOOTSTRAP, wilson, replace(BOOTSTRAP, low=73.0), None]
    few = replace(PUBLISHED, minimum_seeds=5)
    found = compare_published(few, [76.0, 76.1, 76.2, 76.3], images)
    assert found.reason.endswith(
        "95 % intervals over images of 3 of 4 seeds (bootstrap): 74.50 to 77.50, 73.00 to 77.50;"
        " (binomial, Wilson): 70.00 to 80.00. They leave out the spread between seeds."
    )


def test_the_claim_says_how_many_seeds_are_enough() -> None:
    pair = [76.41, 76.43]
    two = judge(claim(replace(PUBLISHED, minimum_seeds=2)), measured(pair), [0, 1])
    assert two.status == "equivalent"
    few = judge(claim(PUBLISHED), measured(pair), [0, 1])
    assert few.status == "consistent"
    assert few.reason.startswith("76.42 (mean of 2 seeds, 76.41 to 76.43) is 0.02 above")
    far = judge(claim(PUBLISHED), measured([70.0, 71.0]), [0, 1])
    assert far.status == "inconsistent"


def test_seeds_that_all_give_one_value_are_no_test() -> None:
    verdict = judge(claim(PUBLISHED), measured([76.4] * 3), [0, 1, 2])
    assert (verdict.status, verdict.statistics) == ("consistent", None)
    assert "All seeds give one value, so the spread between seeds is not known." in verdict.reason


@pytest.mark.parametrize(
    ("direction", "value", "status"),
    [
        ("at least", 75.4, "consistent"),
        ("at least", 90.0, "consistent"),
        ("at least", 75.3, "inconsistent"),
        ("at most", 77.3, "consistent"),
        ("at most", 60.0, "consistent"),
        ("at most", 77.5, "inconsistent"),
    ],
)
def test_one_seed_with_a_direction(direction: str, value: float, status: str) -> None:
    bound = replace(PUBLISHED, direction=direction)
    found = compare_published(bound, [value], [None])
    assert found.status == status
    assert "A verdict of non-inferiority takes 3 trained seeds." in found.reason


def test_a_direction_reaches_the_test() -> None:
    values = [76.5, 77.5, 78.5]  # interval -0.59 to +2.79
    at_least = replace(PUBLISHED, direction="at least")
    found = compare_published(at_least, values, [None] * 3)
    assert found.status == "non-inferior"
    assert "keeps to the tolerance of 1.00, of which the lower end alone counts" in found.reason
    assert compare_published(PUBLISHED, values, [None] * 3).status == "inconclusive"


def test_the_interval_of_one_number_is_not_that_of_a_difference() -> None:
    raw = Quantity(run="more", split="val", protocol="raw", metric="miou")
    values = {**measured([80.0], BOOTSTRAP), (raw, 0): Measurement(3.0, 60, 60)}
    verdict = judge(claim(PUBLISHED, minus=raw), values, [0])
    assert verdict.value == 77.0
    assert "over images" not in verdict.reason


def test_a_voided_number_is_shown_and_not_compared() -> None:
    why = "train_split of run more is train, the authors' train_aug"
    verdict = judge(claim(PUBLISHED), measured([76.4]), [0], why)
    assert (verdict.status, verdict.value, verdict.difference) == ("void", 76.4, None)
    assert verdict.reason == f"Void: {why}."
