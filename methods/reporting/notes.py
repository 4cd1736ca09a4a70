"""Sentences of the page, each made from a results file."""

from collections.abc import Iterator, Sequence
from statistics import mean
from typing import Any

from methods.data.files import read_json
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.record_tables import without_published_settings
from methods.reporting.sources import ReportSources, RunSources
from methods.reporting.tables import show_number


def result_sentences(sources: ReportSources) -> tuple[str, ...]:
    """One sentence a run: its final mIoU and what that covers."""
    names = dict.fromkeys(run.run for run in sources.runs)
    return tuple(_result([run for run in sources.runs if run.run == name]) for name in names)


def notes(sources: ReportSources, claims: Sequence[ClaimRow]) -> tuple[str, ...]:
    """What a reader should know before believing the numbers."""
    return (
        *_claim_notes(claims),
        *_data_notes(sources),
        *_weights_notes(sources),
        *_seed_notes(sources),
        *_settings_notes(sources),
        *_code_notes(sources),
    )


def _result(runs: Sequence[RunSources]) -> str:
    split = runs[0].segmentation_split
    metrics = [read_json(run.metrics(split, "crf")) for run in runs]
    start = f"{runs[0].run} with multi-scale + flip + CRF on {split}:"
    covered = metrics[0]["coverage"]
    images = f"{covered['evaluated']} of {covered['expected']} images"
    if len(runs) == 1:
        low, high = (show_number(bound) for bound in metrics[0]["interval_95"])
        value = show_number(metrics[0]["miou"])
        return f"{start} {value} % mIoU on {images}, 95 % interval {low} to {high}, one seed."
    values = [m["miou"] for m in metrics]
    listed = ", ".join(show_number(value) for value in values)
    average = show_number(mean(values))
    return f"{start} {average} % mIoU on {images}, mean of {len(values)} seeds ({listed})."


def _claim_notes(claims: Sequence[ClaimRow]) -> Iterator[str]:
    for claim in claims:
        if claim.tone == "open":
            yield f"{claim.statement} {claim.reason}"
    if not any(claim.tone == "open" for claim in claims):
        yield "Every claim was evaluated."


def _data_notes(sources: ReportSources) -> Iterator[str]:
    for dataset in sources.datasets:
        if sources.settings["datasets"][dataset.name]["source"] == "generated":
            yield (
                f"The data set {dataset.name} is generated. Its numbers test the pipeline; they"
                " say nothing about the paper's results on photographs."
            )
        checks = read_json(dataset.checks)["checks"]
        warnings = [check["name"] for check in checks if check["severity"] == "warning"]
        if warnings:
            yield f"Checks of {dataset.name} with a warning: {', '.join(warnings)}."


def _weights_notes(sources: ReportSources) -> Iterator[str]:
    for name, path in sources.weights:
        card: dict[str, Any] = read_json(path)
        if "task" in card:
            yield (
                f"The weights {name} ({card['source']}) have learned before the run:"
                f" {card['task']}. Their whole card is below."
            )
        else:
            yield f"The card of the weights {name} does not say what they have learned before."


def _seed_notes(sources: ReportSources) -> Iterator[str]:
    seeds = len({run.seed for run in sources.runs})
    if seeds == 1:
        yield "One seed was run, so the spread between seeds is not known."


def _settings_notes(sources: ReportSources) -> Iterator[str]:
    for name in without_published_settings(sources):
        method = sources.settings["runs"][name]["method"]
        yield f"Run {name}, method {method}: no published settings to compare with."


def _code_notes(sources: ReportSources) -> Iterator[str]:
    environment = sources.environment
    if environment.commit is None:
        yield "git does not answer, so the page cannot name the commit of the code."
    elif environment.dirty:
        yield f"The code differs from commit {environment.commit}."
