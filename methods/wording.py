"""Values of a configuration, and labels, as they stand in a sentence."""

from collections.abc import Iterable


def number(value: float) -> str:
    """A number with six digits at most, such as 448, 0.32 and 6e-05."""
    return f"{value:g}"


def numbers(values: Iterable[float]) -> str:
    """Several numbers, such as "0.5, 0.75 and 1"."""
    return listed(map(number, values))


def span(ends: Iterable[float]) -> str:
    """A range, such as "0.32 to 1"."""
    return " to ".join(map(number, ends))


def counted(count: int, noun: str) -> str:
    """Such as "1 check" and "2 checks"."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def one_line(label: str) -> str:
    """A label of two lines in one."""
    return label.replace("\n", ", ")


def listed(words: Iterable[str]) -> str:
    """Words with "and" before the last one."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
