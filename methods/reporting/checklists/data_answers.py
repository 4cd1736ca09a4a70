"""Answers about the data, from manifests, checks and splits."""

from pathlib import Path
from typing import Any

from methods.data.files import read_json
from methods.reporting.checklists.reply import Reply, relative
from methods.reporting.sources import ReportSources
from methods.wording import counted, listed

_SPLITS, _CHECKS = "report/splits.csv", "report/checks.csv"


def population(sources: ReportSources) -> Reply:
    """Generated pictures stand for nothing but themselves."""
    made = _of_source(sources, "generated")
    if made:
        because = f"Generated data ({listed(made)}) stand for no population of photographs."
        return Reply("partly" if len(made) < len(sources.datasets) else "no", because, _SPLITS)
    because = f"The claims are about the scored splits of {_names(sources)}."
    return Reply("yes", because, _SPLITS)


def data_digests(sources: ReportSources) -> Reply:
    """Every file of every data set has a digest in its manifest."""
    files = [file for dataset in sources.datasets for file in _manifest(dataset.manifest)["files"]]
    bare = sum(not file.get("sha256") for file in files)
    because = (
        f"{counted(len(files), 'file')} of {_names(sources)} are listed, {bare} without a sha256."
    )
    answer: Any = "yes" if files and not bare else "partly"
    return Reply(answer, because, relative(sources.datasets[0].manifest, sources))


def data_sources(sources: ReportSources) -> Reply:
    """Where the data come from; when and how others annotated theirs is not told."""
    settings = sources.settings["datasets"]
    told = listed(f"{d.name} ({settings[d.name]['source']})" for d in sources.datasets)
    own = len(_of_source(sources, "generated")) == len(sources.datasets)
    because = (
        f"Made by this pipeline, annotations included: {told}."
        if own
        else f"Stated is where the files come from, not how they were annotated: {told}."
    )
    return Reply("yes" if own else "partly", because, _CHECKS)


def open_data(sources: ReportSources) -> Reply:
    """Whether anybody can have the data."""
    others = [d.name for d in sources.datasets if d.name not in _of_source(sources, "generated")]
    if not others:
        because = "The code makes the data; where the code is published is not stated."
        return Reply("partly", because, _SPLITS)
    because = f"The code is here; {listed(others)} must be had from others, on their terms."
    return Reply("partly", because, _SPLITS)


def suitability(sources: ReportSources) -> Reply:
    """Controls are the only reason."""
    first = sources.datasets[0].controls[0][1]
    because = "Controls show what a score on the data is worth; no other reason is given."
    return Reply("partly", because, relative(first, sources))


def sample_sizes(sources: ReportSources) -> Reply:
    """Images of every split."""
    splits = [_manifest(dataset.manifest)["splits"] for dataset in sources.datasets]
    total = sum(len(named) for named in splits)
    return Reply("yes", f"The images of {counted(total, 'split')} are counted.", _SPLITS)


def missing_data(sources: ReportSources) -> Reply:
    """What the checks miss."""
    done = _all_checks(sources)
    failed = sum(check["failed"] for check in done)
    because = f"{counted(len(done), 'check')} of the data found {counted(failed, 'fault')}."
    return Reply("partly" if failed else "yes", because, _CHECKS)


def corrupt_samples(sources: ReportSources) -> Reply:
    """Nothing is repaired: a run stops at an error, and a warning is shown."""
    warnings = sum(check["severity"] == "warning" for check in _all_checks(sources))
    because = (
        "A sample that cannot be read stops the run and none is repaired;"
        f" {counted(warnings, 'check')} gave a warning."
    )
    return Reply("yes", because, _CHECKS)


def _names(sources: ReportSources) -> str:
    return listed(dataset.name for dataset in sources.datasets)


def _of_source(sources: ReportSources, source: str) -> list[str]:
    """Names of the data sets that come from a source."""
    settings = sources.settings["datasets"]
    return [d.name for d in sources.datasets if settings[d.name]["source"] == source]


def _manifest(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = read_json(path)
    return document


def _all_checks(sources: ReportSources) -> list[dict[str, Any]]:
    return [check for d in sources.datasets for check in read_json(d.checks)["checks"]]
