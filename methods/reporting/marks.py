"""Characters that a text on the page is set with."""

import re
from typing import Any

from markupsafe import Markup

from methods.wording import visible

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


def finalize(value: Any) -> Any:
    """What a template shows of a value; what is markup stays markup."""
    if isinstance(value, Markup):
        return Markup(visible(str(value)))
    return visible(value) if isinstance(value, str) else value
