"""Every verdict has every interval in verdicts.json, or null."""

from typing import Any

import pytest

from methods.claims import AtLeast, AtMost, Equals, Quantity
from methods.reporting.image_intervals import ImageInterval
from methods.reporting.judging import judge
from methods.reporting.measurements import Measurement
from methods.reporting.verdict_intervals import TESTED, intervals_over_images, named_statistics
from tests.unit.small_claim import CRF, PUBLISHED, claim

COLOUR = Quantity(control="colour", dataset="shapes", split="val", metric="miou")
IMAGES = {"method": "bootstrap", "low": 74.5, "high": 77.5}


def measured(quantity: Quantity, *values: float) -> dict[tuple[Quantity, int], Measurement]:
    """Of each seed a value; the interval of the last one is not known."""
    images = [ImageInterval("bootstrap", 74.5, 77.5)] * (len(values) - 1) + [None]
    read = enumerate(zip(values, images, strict=True))
    return {(quantity, seed): Measurement(v, 60, 60, images=one) for seed, (v, one) in read}


def test_the_numbers_of_a_test_have_their_names() -> None:
    verdict = judge(claim(PUBLISHED), measured(CRF, 75.5, 76.5, 77.5), [0, 1, 2])
    assert verdict.statistics is not None
    found = named_statistics(verdict.statistics)
    assert tuple(found) == TESTED
    assert found["p_value"] == verdict.statistics["p_value"]
    ends = [found[key] for key in TESTED if key != "p_value"]  # t of 2 degrees of freedom
    spread, next_spread = 2.919986 / 3**0.5, 4.302653 * (4 / 3) ** 0.5
    expected = [0.1 - spread, 0.1 + spread, 76.5 - next_spread, 76.5 + next_spread]
    assert ends == pytest.approx(expected, abs=1e-5)


def test_without_a_test_every_number_is_there_and_none() -> None:
    verdict = judge(claim(PUBLISHED), measured(CRF, 76.0), [0])
    assert named_statistics(verdict.statistics) == dict.fromkeys(TESTED)


@pytest.mark.parametrize("bound", [PUBLISHED, AtLeast(55.0), Equals(76.0, 1.0)])
def test_the_intervals_over_images_are_told_with_their_seeds(bound: Any) -> None:
    read = measured(CRF, 76.0, 76.5, 77.0)
    assert intervals_over_images(claim(bound), read, [0, 1, 2]) == [
        {"seed": 0, **IMAGES},
        {"seed": 1, **IMAGES},
    ]
    assert intervals_over_images(claim(bound), read, [2]) is None


def test_of_a_control_there_is_no_seed() -> None:
    read = measured(COLOUR, 31.0, 31.0)
    stated = claim(AtMost(40.0), quantity=COLOUR)
    assert intervals_over_images(stated, read, [0]) == [{"seed": None, **IMAGES}]


@pytest.mark.parametrize(
    "stated",
    [
        claim(AtLeast(20.0), minus=COLOUR),
        claim(Equals(100.0, 1e-9), quantity=COLOUR),
        claim(Equals(COLOUR, 1e-9)),
        claim(PUBLISHED, quantity=None, not_evaluated="nobody measures it"),
    ],
)
def test_no_interval_is_told_where_other_images_do_not_count(stated: Any) -> None:
    read = measured(CRF, 76.0, 76.5) | measured(COLOUR, 31.0, 31.0)
    assert intervals_over_images(stated, read, [0]) is None
