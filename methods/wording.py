"""Values, labels and texts of others, as they stand in a sentence."""

from collections.abc import Iterable

_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
# Marks, embeddings, overrides and isolates of the writing direction.
_DIRECTIONS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
# Without a width: soft hyphens, spaces of none, separators of lines, invisible operators, old
# formats, anchors and tags. The two joiners are not here: Persian and emoji are spelled with them.
_NO_WIDTH = [
    *(0x00AD, 0x180E, 0x200B, 0x2028, 0x2029, *range(0x2060, 0x2065), *range(0x206A, 0x2070)),
    *(0xFEFF, *range(0xFFF9, 0xFFFC), 0xE0001, *range(0xE0020, 0xE0080)),
]
_WRITTEN_OUT = {
    code: f"[U+{code:04X}]"
    for code in (*_CONTROLS, *_DIRECTIONS, *_NO_WIDTH)
    if chr(code) not in "\t\n\r"
}

_HOUR, _DAY = 3600, 86400  # seconds


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


def time_text(seconds: float) -> str:
    """An estimated time, with two digits at most."""
    if seconds >= 3 * _DAY:
        return f"~{two_digits(seconds / _DAY)} days"
    if seconds >= 1.5 * _HOUR:
        return f"~{two_digits(seconds / _HOUR)} h"
    return f"~{round(seconds / 60)} min" if seconds >= 60 else "<1 min"


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


def visible(text: str) -> str:
    """A text whose characters that nobody sees are written out, such as "[U+202E]"."""
    return text.translate(_WRITTEN_OUT)


def single_line(text: str) -> str:
    """A text for one line of the terminal: visible, and any white space one space."""
    return " ".join(visible(text).split())
