"""Tables of settings: where a run differs from the authors' settings."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from methods.protocols import Protocol, read_protocols
from methods.reporting.formulations import switched
from methods.reporting.measurements import is_trained
from methods.reporting.protocol_names import long_name
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table

_ABSENT = "absent"
_OF_THE_PAGE = ("gallery",)  # settings that change no result
_TOLD_BEFORE = ("formulation",)  # by the table of formulas
_OF_TRAINING = ("train_split", "weights", "training")  # nothing reads them without one


def deviations_table(sources: ReportSources) -> Table:
    """Every setting in which a run differs from the authors' of the same method and data format.

    Formulas are left out, since `formulations_table` names them in words.
    """
    rows: list[list[Cell]] = []
    for name, run in sources.settings["runs"].items():
        authors = _published_run(sources, run)
        if authors is None:  # the notes say so
            continue
        left_out = {*_OF_THE_PAGE, *_TOLD_BEFORE, *(() if is_trained(run) else _OF_TRAINING)}
        theirs, ours = _settings(authors, left_out), _settings(run, left_out)
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            pair = theirs.get(key, _ABSENT), ours.get(key, _ABSENT)
            if pair[0] != pair[1]:
                rows.append([name, key, *pair])
    columns = [
        Column("run", Kind.NAME),
        Column("setting", Kind.CODE),
        Column("authors", Kind.CODE),
        Column("here", Kind.CODE),
    ]
    caption = "Settings that differ from the authors'."
    return build_table("deviations", caption, columns, rows)


def formulations_table(sources: ReportSources) -> Table:
    """Every switch of a formulation that is not the released program's, run by run."""
    rows: list[list[Cell]] = [
        [name, words, switch, account]
        for name, run in sources.settings["runs"].items()
        for switch, account, words in switched(run)
    ]
    columns = [
        Column("run", Kind.NAME),
        Column("difference"),
        Column("switch", Kind.CODE),
        Column("here", Kind.CODE),
    ]
    caption = "Formulas that are not those of the released program."
    return build_table("formulations", caption, columns, rows)


def without_published_settings(sources: ReportSources) -> list[str]:
    """Names of the runs that no published run has method and data format in common with."""
    runs = sources.settings["runs"].items()
    return [name for name, run in runs if _published_run(sources, run) is None]


def flatten(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of a nested mapping as ("a.b", text)."""
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", plain(value)


def plain(value: Any) -> str:
    """A value as it stands in a file; text without quotation marks."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def data_format(experiment: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """The format of a run's data set, such as voc."""
    return str(experiment["datasets"][run["dataset"]]["format"])


def _published_run(sources: ReportSources, run: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The authors' settings: the first published run of the same method and data format."""
    wanted = (run["method"], data_format(sources.settings, run))
    for experiment in sources.published:
        for other in experiment["runs"].values():
            if (other["method"], data_format(experiment, other)) == wanted:
                published: Mapping[str, Any] = other
                return published
    return None


def _settings(run: Mapping[str, Any], left_out: set[str]) -> dict[str, str]:
    """The leaves of a run's block; a protocol is one, in words."""
    kept = {key: value for key, value in run.items() if key not in {*left_out, "protocols"}}
    protocols = {
        f"protocols.{name}": f"{long_name(protocol)}; {_scored(protocol)}"
        for name, protocol in read_protocols(run).items()
    }
    return {**dict(flatten(kept)), **protocols}


def _scored(protocol: Protocol) -> str:
    """What of a protocol its name does not tell."""
    if protocol.background is None:
        return f"on {protocol.split}"
    return f"on {protocol.split}, background {protocol.background:g} ({protocol.threshold_source})"
