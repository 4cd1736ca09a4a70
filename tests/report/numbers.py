"""The numbers that a page shows, block by block, and how a value reads at their digits."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

GROUPED = r"\d{1,3}(?:[,\u202f]\d{3})+"  # thousands: 12,345 in claims, with a thin space in tables
# Whole or with a decimal point; no part of a version, a date, a time, a path or a name.
NUMBER = re.compile(
    r"(?<![\w.,:/#-])[+\u2212-]?"
    rf"(?:\d+\.\d+(?:e[+-]?\d+)?(?![\w/]|\.\w)|(?:{GROUPED}|\d+)(?![\w/]|[.,:-]\d|\.\w))"
)
# No results: the year of a publication, and how sure an interval is.
UNMEASURED = re.compile(r"\b(?:AAAI|CVPR|TPAMI) \d{4}\b|\b9[05]\s%(?= (?:interval|low|high))")
_BLOCKS = ("table", "figure", "p", "li", "dt", "dd", "h1", "h2", "h3", "title", "summary", "span")
_WHOLE = ("table", "figure", "p", "li")  # what stands inside one of these belongs to it
_SILENT = ("style", "script", "td.digest", "code.digest", "td.file", "a.file")
_VOID = ("meta", "link", "br", "img", "input", "hr")


@dataclass
class Block:
    """A table, a figure or a sentence of the page.

    Attributes:
        tag: of the element.
        inside: ids of the elements around it and its own, the outermost first.
        text: all of it, with the texts of its pictures.
        numbers: as they are written.
    """

    tag: str
    inside: tuple[str, ...]
    text: str = ""
    numbers: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.tag} in {' > '.join(self.inside) or 'header'}"


class _Blocks(HTMLParser):
    """Collects the blocks of a page; the scale of an axis is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._open: list[tuple[str, str, str]] = []  # tag, id, class

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        within = any(name in _WHOLE for name, _, _ in self._open)
        if tag not in _VOID:
            self._open.append((tag, attributes.get("id", ""), attributes.get("class", "")))
        if tag in _BLOCKS and not within:
            self.blocks.append(Block(tag, tuple(id for _, id, _ in self._open if id)))
        self._read(attributes.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        names = {name for tag, _, of in self._open for name in (tag, of, f"{tag}.{of}")}
        scale = "tick" in names and re.fullmatch(r"\s*[+\u2212-]?[\d.]+\s*", data)
        if not scale and not names & set(_SILENT):
            self._read(data)

    def _read(self, text: str) -> None:
        if self.blocks:
            self.blocks[-1].text += text
            self.blocks[-1].numbers += NUMBER.findall(UNMEASURED.sub("", text))


def blocks(html: str) -> list[Block]:
    """The blocks of a page, in its order."""
    parser = _Blocks()
    parser.feed(html)
    return parser.blocks


def plain(number: str) -> float:
    """The value of a number as the page writes it."""
    return float(_ungrouped(number))


def _ungrouped(number: str) -> str:
    return number.replace("\u2212", "-").replace("\u202f", "").replace(",", "")


def reading(number: str, values: Sequence[float]) -> list[float]:
    """The values, given in ascending order, that read like a number at its digits."""
    mantissa, _, exponent = _ungrouped(number).partition("e")
    half = 0.5 * 10.0 ** -len(mantissa.partition(".")[2]) * 10.0 ** int(exponent or 0)
    shown, half = plain(number), half * (1 + 1e-9)
    return list(values[bisect_left(values, shown - half) : bisect_right(values, shown + half)])
