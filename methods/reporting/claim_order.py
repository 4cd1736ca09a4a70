"""The order in which claims are told: those about results first, then those about controls."""

from collections.abc import Callable, Iterable
from typing import TypeVar

CONTROLS = "Controls, which tell about the data and the scoring, and nothing about a method"
AnyClaim = TypeVar("AnyClaim")


def in_groups(
    claims: Iterable[AnyClaim], is_control: Callable[[AnyClaim], bool]
) -> tuple[tuple[str, tuple[AnyClaim, ...]], ...]:
    """(heading, claims) of each group that there is; the first one needs no heading.

    Args:
        claims: in the order of their files, which they keep within a group.
        is_control: whether one is about controls alone.
    """
    told = tuple(claims)
    groups = {
        heading: tuple(claim for claim in told if is_control(claim) is control)
        for heading, control in (("", False), (CONTROLS, True))
    }
    return tuple((heading, group) for heading, group in groups.items() if group)
