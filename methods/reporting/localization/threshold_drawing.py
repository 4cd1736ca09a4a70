"""Rates over the threshold of the boxes, with the thresholds that the protocols take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from methods.box_protocols import BoxProtocol
from methods.reporting.figures import (
    BLUE,
    INK,
    MUTED,
    VERMILLION,
    Drawing,
    new_figure,
    to_drawing,
)
from methods.reporting.localization.choice_drawing import draw_choices, spoken_choices
from methods.reporting.localization.scored import Seeds, thresholds_taken
from methods.reporting.localization.words import (
    BOX_RULES,
    MAPS_OF,
    RATES,
    key,
    threshold_from,
)
from methods.reporting.plots import WIDTH
from methods.reporting.tables import show_number
from methods.wording import listed

_LINES = {"gt_known": (BLUE, "solid"), "top1_loc": (VERMILLION, "dashed")}
_MARKERS = {"published": "o", "fixed": "^", "chosen": "s", "oracle": "D"}
_EMPTY = "oracle"  # drawn hollow, since nothing rests on it
_HEIGHT, _ENTRY = 250, 18  # CSS pixels, of the axes and of an entry of the legend


@dataclass(frozen=True)
class _Group:
    """Protocols that share a curve.

    Attributes:
        name: of the first of them.
        protocols: by name.
    """

    name: str
    protocols: Mapping[str, BoxProtocol]

    @property
    def first(self) -> BoxProtocol:
        return self.protocols[self.name]


def draw_thresholds(seeds: Seeds) -> tuple[Drawing, ...]:
    """Draw GT-known and Top-1 Loc over the threshold, one drawing for protocols of one curve."""
    return tuple(_draw(seeds, group) for group in _groups(seeds[0].files.protocols))


def _groups(protocols: Mapping[str, BoxProtocol]) -> Iterator[_Group]:
    """Protocols that differ in nothing but their threshold share a curve."""
    found: dict[tuple[str, ...], dict[str, BoxProtocol]] = {}
    for name, p in protocols.items():
        found.setdefault((p.split, p.box, p.crop, p.gt_known, p.several), {})[name] = p
    return (_Group(next(iter(members)), members) for members in found.values())


def _draw(seeds: Seeds, group: _Group) -> Drawing:
    files, split = seeds[0].files, group.first.split
    with new_figure(WIDTH, _HEIGHT) as figure:
        axes = figure.subplots()
        for rate, (color, style) in _LINES.items():
            for seed in seeds:
                curve = seed.metrics[group.name]["curve"]
                axes.plot(curve["thresholds"], curve[rate], color=color, linestyle=style)
            axes.plot([], [], color=color, linestyle=style, label=f"{RATES[rate]} on {split}")
        draw_choices(axes, seeds, group.protocols, scored=_LINES["gt_known"][0])
        for name, member in group.protocols.items():
            for seed in seeds:
                _mark(axes, member, seed.metrics[name])
            words = key(name, member, thresholds_taken(seeds, name))
            axes.add_line(_mark_key(member, words))
        _scale(axes)
        handles, labels = axes.get_legend_handles_labels()
        figure.set_figheight(figure.get_figheight() * (1 + _ENTRY * len(labels) / _HEIGHT))
        figure.legend(handles, labels, loc="outside upper left", frameon=False, alignment="left")
        return to_drawing(
            figure,
            name=f"thresholds-{files.run}-{group.name}",
            title=_title(seeds, group),
            description=_spoken(seeds, group),
        )


def _title(seeds: Seeds, group: _Group) -> str:
    noun = "protocol" if len(group.protocols) == 1 else "protocols"
    return (
        f"Run {seeds[0].files.run}: rates on {group.first.split} by threshold, {noun}"
        f" {listed(group.protocols)}{'; a line a seed' if len(seeds) > 1 else ''}"
    )


def _scale(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-2, 102)
    axes.set_yticks(range(0, 101, 25))
    axes.set_xlabel("threshold, share of a map's largest value", fontsize=11)
    axes.set_ylabel("images (%)", fontsize=11)
    axes.tick_params(labelcolor=MUTED)
    axes.grid(axis="y")


def _kind(protocol: BoxProtocol) -> str:
    if protocol.is_oracle:
        return "oracle"
    return protocol.threshold_source if protocol.chosen_on is None else "chosen"


def _mark(axes: Axes, protocol: BoxProtocol, metrics: Mapping[str, Any]) -> None:
    """Mark what a protocol's threshold gives on both lines."""
    kind, at = _kind(protocol), metrics["protocol"]["threshold"]
    axes.axvline(at, color=MUTED, linewidth=1, linestyle=(0, (2, 3)), zorder=1)
    for rate in _LINES:
        (point,) = axes.plot(at, metrics[rate], _MARKERS[kind], markersize=6, color=INK, zorder=4)
        point.set_fillstyle("none" if kind == _EMPTY else "full")


def _mark_key(protocol: BoxProtocol, words: str) -> Line2D:
    """The mark of a protocol for the legend."""
    kind = _kind(protocol)
    line = Line2D([], [], marker=_MARKERS[kind], linestyle="", color=INK, label=words)
    line.set_fillstyle("none" if kind == _EMPTY else "full")
    return line


def _spoken(seeds: Seeds, group: _Group) -> str:
    protocol = group.first
    points = "; ".join(
        f"{name}, seed {seed.files.seed}, threshold {seed.threshold(name):g}"
        f" ({threshold_from(member)}): "
        + ", ".join(f"{RATES[rate]} {show_number(seed.metrics[name][rate])} %" for rate in _LINES)
        for name, member in group.protocols.items()
        for seed in seeds
    )
    curves = [seed.metrics[group.name]["curve"] for seed in seeds]
    best = max(max(curve["gt_known"]) for curve in curves)
    return (
        f"GT-known (map of the {MAPS_OF[protocol.gt_known]}) and Top-1 Loc over the threshold,"
        f" {BOX_RULES[protocol.box]}; GT-known is at most {show_number(best)} %. {points}."
        f"{spoken_choices(seeds, group.protocols)}"
    )
