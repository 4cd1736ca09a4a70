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


def size_text(count: float, exact: bool = False) -> str:
    """Bytes with two digits; an estimate has a ~ in front.

    Units are decimal, on the page and in the terminal: 1 GB is 10^9 bytes, as disks are sold.
    """
    known = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
    unit, name = next((one for one in known if count >= 0.995 * one[0]), known[-1])
    return f"{'' if exact else '~'}{two_digits(count / unit)} {name}"


def two_digits(value: float) -> str:
    """A positive number, rounded to two significant digits."""
    return f"{value:.1f}" if value < 9.95 else f"{float(f'{value:.2g}'):.0f}"


def one_line(label: str) -> str:
    """A label of several lines in one."""
    return label.replace("\n", ", ")


def listed(words: Iterable[str]) -> str:
    """Words with "and" before the last one."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
