"""Matplotlib figures as inline SVG that follows the page: its fonts, its light and its dark."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import matplotlib
from markupsafe import Markup
from matplotlib.figure import Figure

from methods.wording import visible

INK, MUTED, RULE, PAPER = "#1c1c1a", "#63635e", "#d9d9d3", "#fdfdfc"
# Okabe and Ito's colours: told apart by readers with any common colour-vision deficiency.
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, "#56b4e9", "#e69f00")
# Solid, dashed, dash-dot, dotted: on and off, in line widths.
_DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (6, 2, 1, 2), (1, 2))
LINE_WIDTH = 1.5  # CSS pixels
REFERENCE = (INK, (4.0, 2.0))  # colour and dashes of what others published; no line here has them

_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    RULE: "var(--rule)",
    PAPER: "var(--paper)",
    **{color: f"var(--series-{number})" for number, color in enumerate(SERIES, 1)},
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be searched, copied and read aloud
    "path.simplify": True,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so every machine lays out alike
    "font.size": 11,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a class name is a dollar sign
    "axes.edgecolor": RULE,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "grid.color": RULE,
    "grid.linewidth": 1,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "lines.linewidth": LINE_WIDTH,
    "lines.solid_capstyle": "round",
}
_POINTS_AN_INCH = 72  # matplotlib's SVG unit, shown as about one CSS pixel
_LONG_DECIMALS = re.compile(r"(\.\d\d)\d+")
_COLOR = re.compile("|".join(_VARIABLES))
_FONT_FAMILY = re.compile(r"font-family:[^;]*;?\s*")
_TICK = re.compile(r"[xy]tick_\d+$")
_REFERENCE = re.compile(r"#([\w.-]+)")


@dataclass(frozen=True)
class Drawing:
    """A figure of the page.

    Attributes:
        name: anchor, and prefix of every id inside the SVG.
        title: what it shows, in a few words.
        description: what a reader who cannot see it should know.
        svg: the drawing.
    """

    name: str
    title: str
    description: str
    svg: Markup


def line_styles(number: int) -> list[tuple[str, tuple[float, ...]]]:
    """(colour, dashes in line widths) of each of `number` lines.

    The colours come round again with other dashes, so 24 lines can be told apart.
    """
    return [
        (SERIES[k % len(SERIES)], _DASHES[k // len(SERIES) % len(_DASHES)]) for k in range(number)
    ]


def css_color(color: str) -> str:
    """The variable of the page that stands for a colour of the drawings."""
    return _VARIABLES[color]


@contextmanager
def new_figure(width: int, height: int) -> Iterator[Figure]:
    """Yield an empty figure in the page's style.

    Args:
        width: CSS pixels.
        height: CSS pixels.
    """
    with matplotlib.rc_context(_STYLE):
        size = (width / _POINTS_AN_INCH, height / _POINTS_AN_INCH)
        yield Figure(figsize=size, layout="constrained")


def to_drawing(figure: Figure, *, name: str, title: str, description: str) -> Drawing:
    """Turn a figure into inline SVG; equal figures give equal bytes."""
    buffer = io.StringIO()
    unstamped = {"Date": None, "Creator": None, "Format": None, "Type": None}
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata=unstamped)
    root = ElementTree.fromstring(visible(buffer.getvalue()))
    _strip_namespaces(root)
    _mark_ticks(root)
    _rename_ids(root, name)
    _restyle(root)
    _label(root, name, title, description)
    ElementTree.indent(root, space="")
    return Drawing(name, title, description, Markup(ElementTree.tostring(root, encoding="unicode")))


def _strip_namespaces(root: ElementTree.Element) -> None:
    """HTML knows SVG by its tags; the namespaces would only add addresses to the page."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {key.rpartition("}")[2]: value for key, value in element.items()}
    for parent in root.iter("defs"):
        for style in parent.findall("style"):
            parent.remove(style)  # it would restyle the whole page


def _mark_ticks(root: ElementTree.Element) -> None:
    """Give the ticks of axes a class: their numbers are a scale, and no results."""
    for group in root.iter("g"):
        if _TICK.match(group.get("id", "")):
            group.set("class", "tick")


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Drop ids that nothing refers to and make the others unique on the page."""
    used = {
        found
        for element in root.iter()
        for key, value in element.items()
        if key in ("href", "clip-path")
        for found in _REFERENCE.findall(value)
    }
    for element in root.iter():
        name = element.attrib.pop("id", None)
        if name in used:
            element.set("id", f"{prefix}-{name}")
        for key in ("href", "clip-path"):
            if key in element.attrib:
                element.set(key, _REFERENCE.sub(rf"#{prefix}-\1", element.attrib[key]))


def _restyle(root: ElementTree.Element) -> None:
    for element in root.iter():
        if "style" in element.attrib:
            style = _FONT_FAMILY.sub("", element.attrib["style"])
            element.set("style", _COLOR.sub(lambda match: _VARIABLES[match[0]], style))
        if "d" in element.attrib:
            element.set("d", _LONG_DECIMALS.sub(r"\1", " ".join(element.attrib["d"].split())))
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]


def _label(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    width = float(root.attrib.pop("width").removesuffix("pt"))
    for key in ("height", "version"):
        root.attrib.pop(key)
    root.set("style", f"--width: {width:.0f}px")  # the page enlarges it where there is room
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(
            tag, id=f"{name}-{'title' if tag == 'title' else 'description'}"
        )
        element.text = text
        root.insert(position, element)
