"""What the interval over images says about a bound."""

from typing import Any

import pytest

from methods.reporting.bound_intervals import SeedInterval, interval_remark
from methods.reporting.image_intervals import ImageInterval

AT_LEAST = {"kind": "at_least", "value": 55.0}
AT_MOST = {"kind": "at_most", "value": 55.0}
EQUALS = {"kind": "equals", "to": 55.0, "tolerance": 1.0}


def known(
    value: float, low: float, high: float, seed: int = 0, method: str = "bootstrap"
) -> SeedInterval:
    return SeedInterval(seed, value, ImageInterval(method, low, high))


@pytest.mark.parametrize(
    ("bound", "value", "low", "high", "crossing"),
    [
        (AT_LEAST, 60.96, 53.4, 70.06, "The interval reaches below the bound."),
        (AT_LEAST, 50.0, 45.0, 58.0, "The interval reaches above the bound."),
        (AT_MOST, 50.0, 45.0, 58.0, "The interval reaches above the bound."),
        (AT_MOST, 60.96, 53.4, 70.06, "The interval reaches below the bound."),
        (EQUALS, 55.5, 54.5, 56.5, "The interval reaches beyond the tolerance."),
        (EQUALS, 55.0, 50.0, 60.0, "The interval reaches beyond the tolerance."),
        (EQUALS, 57.0, 55.5, 58.0, "The interval reaches into the tolerance."),
    ],
)
def test_an_interval_that_reaches_across_a_bound_is_told(
    bound: dict[str, Any], value: float, low: float, high: float, crossing: str
) -> None:
    remark = interval_remark(bound, [known(value, low, high)])
    assert remark.stated == f"95 % interval over images (bootstrap): {low:.2f} to {high:.2f}."
    assert remark.crossing == crossing
    assert str(remark) == f"{remark.stated} {crossing}"


@pytest.mark.parametrize(
    ("bound", "low", "high", "side"),
    [
        (AT_LEAST, 55.0, 70.0, "wholly above the bound"),  # the bound itself is kept
        (AT_LEAST, 55.0, 55.0, "at the bound"),
        (AT_MOST, 55.0, 55.0, "at the bound"),
        (AT_LEAST, 40.0, 54.9, "wholly below the bound"),
        (AT_MOST, 40.0, 55.0, "wholly below the bound"),
        (AT_MOST, 55.1, 70.0, "wholly above the bound"),
        (EQUALS, 54.0, 56.0, "within the tolerance"),
        (EQUALS, 40.0, 53.9, "wholly outside the tolerance"),
        (EQUALS, 56.1, 60.0, "wholly outside the tolerance"),
    ],
)
def test_an_interval_on_one_side_is_told_with_its_side(
    bound: dict[str, Any], low: float, high: float, side: str
) -> None:
    remark = interval_remark(bound, [known((low + high) / 2, low, high)])
    ends = f"{low:.2f} to {high:.2f}"
    assert str(remark) == f"95 % interval over images (bootstrap): {ends}, {side}."
    assert remark.crossing == ""


def test_the_seeds_are_named_whose_interval_reaches_across() -> None:
    fine, low, lower = known(62, 56, 70), known(60, 54, 66, 3), known(58, 50, 65, 7)
    missed = known(50, 45, 58, 9)
    assert str(interval_remark(AT_LEAST, [fine, low])) == (
        "95 % intervals over images (bootstrap): 56.00 to 70.00, 54.00 to 66.00. That of seed 3"
        " reaches below the bound."
    )
    assert interval_remark(AT_LEAST, [fine, low, lower, missed]).crossing == (
        "Those of seeds 3 and 7 reach below the bound; that of seed 9 reaches above the bound."
    )
    assert str(interval_remark(AT_LEAST, [fine, fine])) == (
        "95 % intervals over images (bootstrap): 56.00 to 70.00, 56.00 to 70.00, none of which"
        " crosses the bound."
    )
    near = known(55, 54.5, 55.5)
    assert str(interval_remark(EQUALS, [near, near])).endswith(
        "none of which crosses an end of the tolerance."
    )


def test_seeds_on_different_sides_are_told() -> None:
    above, below = known(60, 56, 70), known(50, 45, 54, 2)
    start = "95 % intervals over images (bootstrap): 56.00 to 70.00, 45.00 to 54.00"
    assert str(interval_remark(AT_LEAST, [above, below])) == (
        f"{start}, none of which crosses the bound: that of seed 0 lies wholly above the bound;"
        " that of seed 2 lies wholly below the bound."
    )
    within, beside = known(55, 54.5, 55.5), [known(60, 56.1, 70, 1), known(50, 45, 53.9, 2)]
    assert str(interval_remark(EQUALS, [within, *beside])).endswith(
        "an end of the tolerance: that of seed 0 lies within the tolerance; those of seeds 1 and 2"
        " lie wholly outside the tolerance."
    )


def test_each_method_is_told_with_its_intervals() -> None:
    share = known(60, 56, 66, 1, "binomial")
    remark = interval_remark(AT_LEAST, [known(62, 57, 70), share, known(63, 58, 71, 2)])
    assert remark.stated.startswith(
        "95 % intervals over images (bootstrap): 57.00 to 70.00, 58.00 to 71.00; (binomial, Wilson"
    )
    assert remark.stated.endswith("): 56.00 to 66.00, none of which crosses the bound.")


def test_the_method_of_a_share_of_images_is_named() -> None:
    remark = interval_remark(AT_LEAST, [known(81.25, 72.3, 87.8, method="binomial")])
    assert remark.stated.startswith("95 % interval over images (binomial, Wilson")
