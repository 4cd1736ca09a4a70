"""Characters that nobody sees, written out, and those that a sentence is set with."""

import re
from typing import Any

from markupsafe import Markup

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

_BREAKS = re.compile(r"([._/])")
_PERCENT = re.compile(r"(?<=\d) %")
# Of a number or an exponent, and not of a range, a date or a path.
_NEGATIVE = re.compile(r"(?:(?<![\w./\u2212-])|(?<=\de))-(?=\d)")


def prose(text: str) -> str:
    """A sentence as it is set: a percentage on one line, and true minus signs."""
    return _NEGATIVE.sub("\u2212", _PERCENT.sub("\u00a0%", text))


def breakable(text: str) -> Markup:
    """A dotted name, escaped, whose lines may break behind a dot, an underscore or a slash."""
    return Markup("").join(
        part if place % 2 == 0 else Markup("{}<wbr>").format(part)
        for place, part in enumerate(_BREAKS.split(text))
    )


def visible(text: str) -> str:
    """A text whose characters that nobody sees are written out, such as "[U+202E]"."""
    return text.translate(_WRITTEN_OUT)


def single_line(text: str) -> str:
    """A text for one line of the terminal: visible, and any white space one space."""
    return " ".join(visible(text).split())


def finalize(value: Any) -> Any:
    """What a template shows of a value; what is markup stays markup."""
    if isinstance(value, Markup):
        return Markup(visible(str(value)))
    return visible(value) if isinstance(value, str) else value
