"""Tables of what the results rest on: settings, data, weights, machine and time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from methods.data.files import read_json
from methods.provenance import Environment, RuleTiming
from methods.reporting.sources import DatasetSources, ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table

_ABSENT = "absent"
_OF_THE_PAGE = ("gallery",)  # settings that change no result


def deviations_table(sources: ReportSources) -> Table:
    """Every setting in which a run differs from the authors' settings of the same method."""
    published = _published_runs(sources)
    rows: list[list[Cell]] = []
    for name, run in sources.settings["runs"].items():
        if run["method"] not in published:  # the notes say so
            continue
        theirs = dict(_flatten(published[run["method"]]))
        ours = dict(_flatten(run))
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            pair = theirs.get(key, _ABSENT), ours.get(key, _ABSENT)
            if pair[0] != pair[1] and key not in _OF_THE_PAGE:
                rows.append([name, key, *pair])
    columns = [
        Column("run", Kind.NAME),
        Column("setting", Kind.CODE),
        Column("authors", Kind.CODE),
        Column("here", Kind.CODE),
    ]
    caption = "Settings that differ from the authors'."
    return build_table("deviations", caption, columns, rows)


def without_published_settings(sources: ReportSources) -> list[str]:
    """Names of the runs whose method the published settings lack."""
    published = _published_runs(sources)
    return [
        name for name, run in sources.settings["runs"].items() if run["method"] not in published
    ]


def weights_table(sources: ReportSources) -> Table:
    """What the pretraining saw and reached, as its card says."""
    rows = [
        [name, key, value]
        for name, card in sources.weights
        for key, value in _flatten(read_json(card))
    ]
    columns = [Column("weights", Kind.NAME), Column("fact", Kind.NAME), Column("value", Kind.CODE)]
    caption = "What the pretrained weights saw before the image labels did any work."
    return build_table("weights", caption, columns, rows)


def checks_table(datasets: Sequence[DatasetSources]) -> Table:
    """What was checked of the data before anything was trained."""
    rows: list[list[Cell]] = []
    for dataset in datasets:
        for check in read_json(dataset.checks)["checks"]:
            rows.append(
                [
                    dataset.name,
                    *(check[key] for key in ("name", "severity", "checked", "failed")),
                    *(_plain(check[key]) for key in ("expected", "found")),
                    ", ".join(map(str, check["examples"])),
                ]
            )
    columns = [
        Column("data set", Kind.NAME),
        Column("check"),
        Column("result", Kind.SEVERITY),
        Column("checked", Kind.COUNT),
        Column("failed", Kind.COUNT),
        Column("expected"),
        Column("found"),
        Column("examples"),
    ]
    return build_table("checks", "Checks of the data.", columns, rows)


def splits_table(datasets: Sequence[DatasetSources]) -> Table:
    """How many images each split holds, and the digest of their ids."""
    rows: list[list[Cell]] = []
    for dataset in datasets:
        for split, facts in read_json(dataset.manifest)["splits"].items():
            rows.append([dataset.name, split, facts["count"], facts["sha256_of_ids"]])
    columns = [
        Column("data set", Kind.NAME),
        Column("split", Kind.NAME),
        Column("images", Kind.COUNT),
        Column("sha256 of the ids", Kind.DIGEST),
    ]
    return build_table("splits", "Splits.", columns, rows)


def environment_table(environment: Environment) -> Table:
    """The machine that wrote the page, its packages and the code."""
    changed = {True: "yes", False: "no", None: "git does not answer"}
    facts: list[tuple[str, Cell]] = [
        ("host", environment.host),
        ("system", environment.system),
        ("processor", environment.processor),
        ("cores", environment.cores),
        ("GPU", ", ".join(environment.gpus) or "none answers"),
        ("python", environment.python),
        *environment.packages,
        ("git commit", environment.commit or "git does not answer"),
        ("files differ from the commit", changed[environment.dirty]),
    ]
    columns = [Column("fact", Kind.NAME), Column("value", Kind.CODE)]
    caption = "The machine that wrote the page, and the code then."
    return build_table("environment", caption, columns, facts)


def timings_table(timings: Sequence[RuleTiming]) -> Table:
    """Wall time, CPU time and memory by rule."""
    columns = [
        Column("rule", Kind.CODE),
        Column("jobs", Kind.COUNT),
        Column("wall time (s)", Kind.NUMBER),
        Column("CPU time (s)", Kind.NUMBER),
        Column("peak memory (MiB)", Kind.NUMBER),
    ]
    rows = [
        [t.rule, t.jobs, t.seconds, t.cpu_seconds, t.peak_memory]
        for t in sorted(timings, key=lambda t: -t.seconds)
    ]
    return build_table(
        "timings",
        "Time by rule, summed over the jobs behind this page; the longest first. A dash where a"
        " job was too short for Snakemake to measure.",
        columns,
        rows,
    )


def _published_runs(sources: ReportSources) -> dict[str, Mapping[str, Any]]:
    """The authors' settings by method."""
    return {run["method"]: run for run in sources.published["runs"].values()}


def _flatten(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of a nested mapping as ("a.b", text)."""
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
