"""Sentences of the page, each made from a results file."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

from methods.data.files import read_json
from methods.data.image_index import read_index
from methods.reporting.attempts import unshown_sentences
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.method_words import method_words
from methods.reporting.protocol_names import long_name
from methods.reporting.seed_words import unknown_spread
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.settings_tables import without_published_settings
from methods.reporting.sources import ReportSources, seeds_of
from methods.wording import counted, listed

_NAMED_FILES = 3  # at most, of those that differ from the commit; the page lists all further down


def notes(
    sources: ReportSources, claims: Sequence[ClaimRow], of_boxes: Sequence[str] = ()
) -> tuple[str, ...]:
    """What a reader should know before believing the numbers.

    Args:
        sources: the files of the experiment.
        claims: of the page.
        of_boxes: notes on localization, which stand among the others.
    """
    return (
        *_claim_notes(claims),
        *_data_notes(sources),
        *_weights_notes(sources),
        *_checkpoint_notes(sources),
        *_label_notes(sources),
        *of_boxes,
        *_seed_notes(sources),
        *_stop_notes(sources),
        *_settings_notes(sources),
        *_accepted_notes(sources),
        *_code_notes(sources),
    )


def _claim_notes(claims: Sequence[ClaimRow]) -> Iterator[str]:
    for claim in claims:
        if claim.tone == "open":
            yield f"{claim.statement} {claim.reason}"
    if not any(claim.tone == "open" for claim in claims):
        yield "Every claim was evaluated."


def _data_notes(sources: ReportSources) -> Iterator[str]:
    named = sources.settings["datasets"]
    drawn = [d.name for d in sources.datasets if named[d.name]["source"] == "generated"]
    if drawn:
        yield (
            f"Generated data ({listed(drawn)}): the images are drawings, whatever the names of"
            " images and classes say. The numbers test the pipeline; they say nothing about the"
            " papers' results on photographs."
        )
    for dataset in sources.datasets:
        if named[dataset.name]["format"] == "coco":
            yield (
                f"The masks of {dataset.name} are derived from instance annotations by a rule of"
                " this pipeline: the smaller instance lies over the larger one, and crowds are left"
                " out of the scores. Which masks the published numbers were computed on is not"
                " known."
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
                f" {card['task']}."
            )
        else:
            yield f"The card of the weights {name} does not say what they have learned before."
        if card.get("remembered"):
            yield (
                f"The weights {name} were checked by {card['checked_by']}: no more digits are"
                " known. Their whole digest is that of their first use, from then on."
            )


def _checkpoint_notes(sources: ReportSources) -> Iterator[str]:
    for runs in seeds_of(sources.runs).values():
        run = runs[0]
        if not run.trained:
            yield (
                f"Run {run.run} is a calibration: it evaluates a given checkpoint and trains"
                " nothing, so it has no curve and no journal."
            )
        if isinstance(run, SegmentationSources) and run.chosen_on is not None:
            splits = read_json(sources.dataset(run.dataset).manifest)["splits"]
            yield (
                f"The checkpoint of run {run.run} was chosen by the masks of"
                f" {splits[run.chosen_on]['count']} images ({run.chosen_on}), which training did"
                " not see: its result rests on more than image labels."
            )


def _label_notes(sources: ReportSources) -> Iterator[str]:
    """Image labels are known of the training list alone; elsewhere to be given them is a leak."""
    ids = cache(partial(_ids, sources))
    leaks: dict[tuple[str, str], list[str]] = {}  # runs by (split, protocols)
    for runs in seeds_of(sources.segmentation).values():
        run = runs[0]
        given = {k: p for k, p in run.mapped.items() if p.labels == "given"}
        for split in dict.fromkeys(protocol.split for protocol in given.values()):
            if not ids(run.dataset, split) <= ids(run.dataset, run.train_split):
                told = {k: long_name(p) for k, p in given.items() if p.split == split}
                named = "; ".join(f"{name} ({steps})" for name, steps in told.items())
                leaks.setdefault((split, named), []).append(run.run)
    for (split, protocols), names in leaks.items():
        yield (
            f"Protocols that are given the image labels of {split}, which a prediction does not"
            f" have (run {', '.join(names)}): {protocols}."
        )


def _ids(sources: ReportSources, name: str, split: str) -> set[str]:
    dataset = sources.dataset(name)
    return {record.id for record in read_index(dataset.index, split, dataset.classes)}


def _seed_notes(sources: ReportSources) -> Iterator[str]:
    seeds = len({run.seed for run in sources.runs if run.trained})
    if seeds == 1:
        yield unknown_spread("One seed was run")
    yield from unshown_sentences(sources)


def _stop_notes(sources: ReportSources) -> Iterator[str]:
    """Trainings that went on behind a stop, and saved states that they could not use."""
    for run in (run for run in sources.runs if run.trained):
        done = read_json(run.done)
        resumed, refused = done["resumed"], done["states_refused"]
        if resumed or refused:
            at = ", ".join(str(entry["iteration"]) for entry in resumed)
            went = f"was stopped and went on from iteration {at}" if resumed else "began anew"
            left = f"; {counted(len(refused), 'saved state')} not whole and not used"
            yield f"The training of {run.run}, seed {run.seed}, {went}{left * bool(refused)}."


def _settings_notes(sources: ReportSources) -> Iterator[str]:
    for name in without_published_settings(sources.settings, sources.published):
        method = sources.settings["runs"][name]["method"]
        yield f"Run {name}, method {method}: no published settings to compare with."


def _accepted_notes(sources: ReportSources) -> Iterator[str]:
    """What a run's block accepts, which the pipeline refuses otherwise."""
    for name, run in sources.settings["runs"].items():
        words = method_words(run["method"]).ACCEPTED
        for accepted in run.get("accept", ()):
            yield f"Run {name} accepts what would be refused otherwise: {words[accepted]}."


def _code_notes(sources: ReportSources) -> Iterator[str]:
    environment = sources.environment
    if environment.commit is None:
        yield "git does not answer, so the page cannot name the commit of the code."
    elif environment.changed:
        number, named = len(environment.changed), environment.changed[:_NAMED_FILES]
        files = f"{number} file{'s' * (number > 1)}: {', '.join(named)}"
        more = f" and {number - len(named)} more" * (number > len(named))
        yield f"The code differs from commit {environment.commit} in {files}{more}."
