"""Characters that nobody sees, written out: they could turn a line around or break a drawing."""

from typing import Any

from markupsafe import Markup

_CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
# Marks, embeddings, overrides and isolates of the writing direction.
_DIRECTIONS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_WRITTEN_OUT = {
    code: f"[U+{code:04X}]" for code in (*_CONTROLS, *_DIRECTIONS) if chr(code) not in "\t\n\r"
}


def visible(text: str) -> str:
    """A text whose control and direction characters are written out, such as "[U+202E]"."""
    return text.translate(_WRITTEN_OUT)


def finalize(value: Any) -> Any:
    """What a template shows of a value; what is markup stays markup."""
    if isinstance(value, Markup):
        return Markup(visible(str(value)))
    return visible(value) if isinstance(value, str) else value
