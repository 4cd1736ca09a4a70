"""Where a run falls short of the full one: in localization, in classification, or in both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from methods.reporting.localization.differences import differences
from methods.reporting.localization.scored import Seeds, interval, mean_rate
from methods.reporting.localization.words import RATES
from methods.reporting.tables import Cell, Column, Kind, Table, build_table, show_number

LOCALIZATION, CLASSIFICATION = "gt_known", "top1_cls"
_COMPARED = (LOCALIZATION, "top1_loc", CLASSIFICATION)


@dataclass(frozen=True)
class Compared:
    """One rate of a run beside the full run's, means over the seeds, percent.

    Attributes:
        value: of the run.
        full: of the full run.
        apart: whether their 95 % intervals over images have nothing in common; those of several
            seeds count as one that spans them all.
    """

    value: float
    full: float
    apart: bool

    @property
    def difference(self) -> float:
        """Points that the run is above the full one."""
        return self.value - self.full

    @property
    def lost(self) -> float:
        """Points that the run is below the full one, 0 where the intervals meet."""
        return max(0.0, -self.difference) if self.apart else 0.0


@dataclass(frozen=True)
class Gap:
    """One run beside the full one.

    Attributes:
        run: name of the run.
        full: name of the full run.
        rates: GT-known, Top-1 Loc and Top-1 cls.
        settings: what differs between the two, in words.
    """

    run: str
    full: str
    rates: Mapping[str, Compared]
    settings: tuple[str, ...]

    @property
    def lost(self) -> str:
        """What is lost, by the numbers."""
        box, name = self.rates[LOCALIZATION], self.rates[CLASSIFICATION]
        if not (box.apart or name.apart):
            return "neither differs beyond the intervals"
        if not (box.lost or name.lost):
            return "nothing is lost"
        if not (box.lost and name.lost):
            return f"what is lost is {'localization' if box.lost else 'classification'}"
        more = "localization" if box.lost > name.lost else "classification"
        return f"both are lost, {'equally' if box.lost == name.lost else f'more of {more}'}"

    @property
    def sentence(self) -> str:
        """What became of localization and of classification."""
        box, name = self.rates[LOCALIZATION], self.rates[CLASSIFICATION]
        return (
            f"{self.run}: localization {_distance(box, self.full)} (GT-known"
            f" {show_number(box.value)} vs {show_number(box.full)}), classification"
            f" {_distance(name)} (Top-1 cls {show_number(name.value)} vs"
            f" {show_number(name.full)}): {self.lost}."
        )


def find_gaps(runs: Sequence[Seeds], experiment: Mapping[str, Any]) -> tuple[Gap, ...]:
    """Compare every run with the full one; none where the experiment has no such run.

    Args:
        runs: the localization runs.
        experiment: as a mapping.
    """
    among = compared_runs(runs, experiment)
    if not among:
        return ()
    settings, blocks = experiment["ablation"], experiment["runs"]
    full = settings["full"]
    return tuple(
        Gap(
            run=name,
            full=full,
            rates=_compare(seeds, among[full], settings["protocol"]),
            settings=tuple(differences(blocks[name], blocks[full], settings["protocol"])),
        )
        for name, seeds in among.items()
        if name != full
    )


def compared_runs(runs: Sequence[Seeds], experiment: Mapping[str, Any]) -> dict[str, Seeds]:
    """The runs with the protocol that the ablation names, by name; none if the full one is not.

    Runs without the protocol are left out: they are of another kind.
    """
    settings = experiment.get("ablation")
    if settings is None:
        return {}
    scored = (settings["split"], settings["protocol"])
    among = {seeds[0].files.run: seeds for seeds in runs if scored in seeds[0].files.scored()}
    return among if settings["full"] in among else {}


def gap_table(gaps: Sequence[Gap]) -> Table:
    """Differences to the full run, and what differs in the settings."""
    rows: list[list[Cell]] = [
        [
            gap.run,
            *(cell for rate in _COMPARED for cell in _pair(gap.rates[rate])),
            gap.lost,
            "; ".join(gap.settings),
        ]
        for gap in gaps
    ]
    columns = [
        Column("run", Kind.NAME),
        *(
            Column(label, kind)
            for rate in _COMPARED
            for label, kind in (
                (f"{RATES[rate]} (%)", Kind.NUMBER),
                (f"{RATES[rate]}: difference (points)", Kind.SIGNED),
            )
        ),
        Column("what is lost"),
        Column("settings that differ", Kind.CODE),
    ]
    full = gaps[0].full if gaps else ""
    caption = (
        f"Runs beside the run {full}: means over the seeds. A loss counts where the"
        " 95 % intervals over images (binomial, Wilson) of the two runs have nothing in common."
    )
    return build_table("gap", caption, columns, rows)


def _compare(run: Seeds, full: Seeds, protocol: str) -> dict[str, Compared]:
    found = {}
    for rate in _COMPARED:
        (low, high), (full_low, full_high) = (_span(of, protocol, rate) for of in (run, full))
        value, reference = (mean_rate(of, protocol, rate) for of in (run, full))
        found[rate] = Compared(value, reference, high < full_low or full_high < low)
    return found


def _span(seeds: Seeds, protocol: str, rate: str) -> tuple[float, float]:
    """The interval that spans those of all seeds, percent."""
    ends = [interval(seed.metrics[protocol], rate) for seed in seeds]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _pair(rate: Compared) -> tuple[Cell, Cell]:
    return rate.value, rate.difference


def _distance(rate: Compared, full: str | None = None) -> str:
    """How far a run is from the full one, which is named where it is given."""
    points = show_number(abs(rate.difference))
    if not rate.apart:
        return f"within {points} points{f' of {full}' if full else ''}"
    side = "lower" if rate.difference < 0 else "higher"
    return f"{points} points {side}{f' than {full}' if full else ''}"
