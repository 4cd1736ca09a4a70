"""Tests of equivalence, with answers worked out from tables and closed forms."""

from math import inf, isclose, nan, sqrt

import pytest

from methods.evaluation.equivalence import Direction, compare, decide, has_spread

# Quantiles of Student's t as printed in tables: 0.95 with 1, 2 and 5 degrees of freedom, and 0.975
# with 2.
T95 = {1: 6.313752, 2: 2.919986, 5: 2.015048}
T975_2 = 4.302653


def cdf_2(t: float) -> float:
    """Student's distribution with two degrees of freedom, which has a closed form."""
    return 0.5 + t / (2 * sqrt(2 + t * t))


def test_seeds_close_together_are_equivalent() -> None:
    # mean 76.5, SD 0.5, standard error 0.5 / sqrt(3); the half-width is 0.84
    found = compare([76.0, 76.5, 77.0], 76.4, 1.0)
    half = T95[2] * 0.5 / sqrt(3)
    assert half == pytest.approx(0.842928, abs=1e-6)
    assert (found.seeds, found.outcome, found.enough) == (3, "equivalent", None)
    assert (found.difference, found.sd) == pytest.approx((0.1, 0.5))
    assert (found.low, found.high) == pytest.approx((0.1 - half, 0.1 + half), abs=1e-6)
    # the upper one of the two tests: (0.1 - 1) / 0.288675
    assert found.p_value == pytest.approx(cdf_2(-0.9 / (0.5 / sqrt(3))))
    assert found.p_value == pytest.approx(0.044657, abs=1e-6)
    reach = T975_2 * 0.5 * sqrt(4 / 3)
    assert found.ordinary == pytest.approx((76.5 - reach, 76.5 + reach), abs=1e-5)


def test_twice_the_spread_is_inconclusive_and_six_seeds_would_do() -> None:
    found = compare([75.5, 76.5, 77.5], 76.4, 1.0)  # SD 1, half-width 1.69
    assert found.outcome == "inconclusive"
    assert found.high == pytest.approx(0.1 + T95[2] / sqrt(3), abs=1e-6)
    assert found.p_value > 0.05
    # Five seeds reach 1.05, six 0.92.
    assert 0.1 + 2.131847 / sqrt(5) > 1 > 0.1 + T95[5] / sqrt(6)
    assert found.enough == 6


def test_a_mean_at_the_end_of_the_tolerance_is_never_decided() -> None:
    found = compare([76.9, 77.4, 77.9], 76.4, 1.0)
    assert (found.outcome, found.enough) == ("inconclusive", None)


@pytest.mark.parametrize(
    ("mean", "outcome"),
    [  # the half-width is 0.84 throughout
        (64.95, "below"),
        (79.4, "below"),  # upper end 80.24, the tolerance begins at 80.33
        (79.6, "inconclusive"),  # upper end 80.44
        (97.95, "above"),
    ],
)
def test_far_from_the_published_number(mean: float, outcome: str) -> None:
    assert compare([mean - 0.5, mean, mean + 0.5], 81.33, 1.0).outcome == outcome


def test_two_seeds_have_a_wide_interval() -> None:
    found = compare([76.0, 77.0], 76.5, 1.0)
    assert found.high == pytest.approx(T95[1] * 0.5, abs=1e-6)  # SD sqrt(0.5), error 0.5
    assert found.outcome == "inconclusive"


@pytest.mark.parametrize(
    ("direction", "outcome", "p_value"),
    [
        # mean 77.5, difference 1.1, standard error 1 / sqrt(3), interval -0.59 to 2.79
        ("two-sided", "inconclusive", cdf_2(0.1 * sqrt(3))),
        ("at least", "non-inferior", 1 - cdf_2(2.1 * sqrt(3))),
        ("at most", "inconclusive", cdf_2(0.1 * sqrt(3))),
    ],
)
def test_a_direction_counts_one_end_alone(
    direction: Direction, outcome: str, p_value: float
) -> None:
    found = compare([76.5, 77.5, 78.5], 76.4, 1.0, direction)
    assert found.outcome == outcome
    assert found.p_value == pytest.approx(p_value)


@pytest.mark.parametrize(
    ("low", "high", "outcomes"),
    [
        (-0.9, 0.9, ("equivalent", "non-inferior", "non-inferior")),
        (-1.0, 0.9, ("inconclusive", "inconclusive", "non-inferior")),
        (-0.9, 1.0, ("inconclusive", "non-inferior", "inconclusive")),
        (-2.0, 2.0, ("inconclusive", "inconclusive", "inconclusive")),
        (1.1, 3.0, ("above", "above", "above")),
        (-3.0, -1.1, ("below", "below", "below")),
        (1.0, 3.0, ("inconclusive", "non-inferior", "inconclusive")),
    ],
)
def test_the_rule(low: float, high: float, outcomes: tuple[str, ...]) -> None:
    directions: tuple[Direction, ...] = ("two-sided", "at least", "at most")
    assert tuple(decide(low, high, 1.0, direction) for direction in directions) == outcomes


@pytest.mark.parametrize("values", [[], [76.4], [76.4, 76.4, 76.4], [76.4, nan], [76.4, inf]])
def test_without_a_spread_there_is_no_test(values: list[float]) -> None:
    with pytest.raises(ValueError, match="no spread"):
        compare(values, 76.4, 1.0)


def test_rounding_is_no_spread() -> None:
    assert not has_spread([0.1 + 0.2, 0.3])
    assert has_spread([76.4, 76.41])


def test_the_interval_decides_as_the_test_does() -> None:
    """Within at 90 % is the same as p < 0.05, at every distance."""
    for tenth in range(-20, 21):
        values = [76.4 + tenth / 10 + step for step in (-0.3, 0.0, 0.3)]
        found = compare(values, 76.4, 1.0)
        assert not isclose(found.p_value, 0.05, abs_tol=1e-6)
        assert (found.outcome == "equivalent") == (found.p_value < 0.05)
