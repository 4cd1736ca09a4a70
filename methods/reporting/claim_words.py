"""What is said of one claim in words: its target, where that comes from, what moves it."""

from collections.abc import Mapping
from typing import Any

from methods.claims import PERCENT
from methods.reporting.tables import Kind, show, show_number


def unit(entry: Mapping[str, Any]) -> str:
    """Of the value of a verdict; the distance of two percentages is in points."""
    stated = str(entry["bound"].get("unit", PERCENT))
    return "points" if stated == PERCENT and entry["minus"] is not None else stated


def target(bound: Mapping[str, Any], reference: float | None) -> str:
    """The bound or the published value, such as "≥ 55.00" and "76.40 ± 1.00"."""
    number = show(reference, Kind.NUMBER)
    if bound["kind"] == "published":
        sign = {"two-sided": "±", "at least": "\u2212", "at most": "+"}[bound["direction"]]
        unit = "" if bound["unit"] == PERCENT else f" {bound['unit']}"
        return f"{number} {sign} {show_number(bound['tolerance'])}{unit}"
    sign = {"at_least": "≥ ", "at_most": "≤ ", "equals": "= "}[bound["kind"]]
    return sign + number


def expected(entry: Mapping[str, Any]) -> str:
    """Where the value comes from that a number is to equal, one sentence; else empty."""
    if entry["bound"].get("kind") != "equals":
        return ""
    source = " ".join(entry["source"].split()).removesuffix(".")  # it may be a block of lines
    return f"Source of the expected value: {source}."


def causes(variation: Mapping[str, Any]) -> list[str]:
    """What moves the number, in one sentence; none where there is no data on it."""
    told = []
    if "seeds" in variation:
        told.append(f"SD over {variation['seeds']['number']} seeds {variation['seeds']['sd']:.2f}")
    if "images" in variation:
        error = variation["images"]["standard_error"]
        told.append(f"standard error over images {error:.2f}")
    if "checkpoints" in variation:
        width = variation["checkpoints"]["width"]
        told.append(f"range over the later checkpoints, as they are validated, {width:.2f}")
    return [f"What moves it, in points: {'; '.join(told)}."] if told else []
