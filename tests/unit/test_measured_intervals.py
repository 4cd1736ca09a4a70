"""An interval of a metrics file is its two ends, or one sentence says that it is not."""

from pathlib import Path
from typing import Any

import pytest

from methods.claims import Quantity
from methods.errors import InputError
from methods.reporting.image_intervals import ImageInterval, over_images

MIOU = Quantity(run="more", split="val", protocol="crf", metric="miou")
RATE = Quantity(run="cdtr", split="val", protocol="honest", metric="gt_known")


def read(results: Path, quantity: Quantity, document: dict[str, Any]) -> ImageInterval | None:
    return over_images(results / quantity.file(0), document, quantity.metric)


def test_an_interval_is_read_with_its_method(tmp_path: Path) -> None:
    known = read(tmp_path, MIOU, {"interval_95": [50, 60.5]})
    assert known == ImageInterval("bootstrap", 50.0, 60.5)
    known = read(tmp_path, RATE, {"intervals_95": {"gt_known": {"binomial": [50.0, 50.0]}}})
    assert known == ImageInterval("binomial", 50.0, 50.0)


@pytest.mark.parametrize("document", [{}, {"intervals_95": {"top1_loc": {}}}])
def test_none_is_known_where_none_stands(tmp_path: Path, document: dict[str, Any]) -> None:
    assert read(tmp_path, RATE, document) is None


@pytest.mark.parametrize(
    "ends",
    [
        *([None, None], ["a", "b"], [True, True], [1.0], None, "ab", {"0": 1, "1": 2}),
        *([float("nan"), 60.0], [50.0, float("inf")], [60.0, 50.0], [0, 10**400]),
    ],
)
def test_what_is_no_two_ends_is_one_sentence(tmp_path: Path, ends: Any) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, MIOU, {"interval_95": ends})
    assert str(raised.value) == (
        f"{tmp_path / MIOU.file(0)}: found {ends!r} as the interval of miou, expected its two ends,"
        " the lower one first; delete it and report.html and run again, which scores again."
    )


@pytest.mark.parametrize(
    "stated", [None, [], {"gt_known": {}}, {"gt_known": None}, {"gt_known": {"binomial": None}}]
)
def test_rates_without_an_interval_are_one_sentence(tmp_path: Path, stated: Any) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, RATE, {"intervals_95": stated})
    assert str(raised.value).startswith(f"{tmp_path / RATE.file(0)}: found ")
