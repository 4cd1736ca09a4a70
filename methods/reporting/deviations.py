"""Where a run differs from the record of the authors' settings, key by key, and what that means."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from methods.box_protocols import BoxProtocol, read_box_protocols
from methods.protocols import Protocol, read_protocols
from methods.reporting.deviation_classes import DERIVED, Class, DeviationClasses
from methods.reporting.localization.words import long_name as long_box_name
from methods.reporting.protocol_names import long_name
from methods.training.checkpoints import is_trained

ABSENT = "absent"
_MADE_HERE = "none stated: the pipeline trains these weights itself"  # of all others one is stated
PROTOCOLS = "protocols."  # how the keys of protocols begin
# No settings of a result: what a run is called, what is shown of it, and what is sent elsewhere.
_OF_NO_RESULT = ("method", "task", "evaluation", "gallery", "submission")
_TOLD_BEFORE = ("formulation",)  # by the table of formulas
# Nothing reads them without a training.
_OF_TRAINING = ("train_split", "weights", "guide", "gpus", "training", "accept")
_PARTS = (PROTOCOLS, "dataset.splits.")  # each makes numbers of its own; one left out makes none


@dataclass(frozen=True)
class Deviation:
    """One setting in which a run differs from the authors'.

    Attributes:
        run: name of the run.
        key: dotted name of the setting; a protocol is one.
        authors: their value, and
        here: ours, as text; "absent" where there is none.
        kind: harmless, may matter, or voids.
        why: it is of that class, one sentence.
    """

    run: str
    key: str
    authors: str
    here: str
    kind: Class
    why: str


def find_deviations(
    experiment: Mapping[str, Any], published: Mapping[str, Any], classes: DeviationClasses
) -> Iterator[Deviation]:
    """Every setting in which a run differs from the authors' of the same method and data format.

    The data set's splits and the weights count as settings. Formulas are left out, since a table of
    their own names them in words, and so are protocols and splits of the authors that the run has
    not. A run without a record of the authors' has no deviations.

    Args:
        experiment: the experiment as a mapping, every switch of a formulation spelt out.
        published: the records of the authors' settings (claims/reference/*_settings.yaml): a run's
            block by the format of the data set.
        classes: of deviations.
    """
    for name, run in experiment["runs"].items():
        record = authors_record(run, experiment, published)
        if record is None:
            continue
        left_out = {DERIVED, *_OF_NO_RESULT, *_TOLD_BEFORE}
        left_out |= {*(() if is_trained(run) else _OF_TRAINING)}
        task = run["task"]
        theirs = _settings(record, task, left_out)
        ours = _settings(_as_recorded(run, record, experiment), task, left_out)
        missing = [key for key in theirs if key not in ours and not key.startswith(_PARTS)]
        for key in [*ours, *missing]:
            pair = theirs.get(key, ABSENT), ours.get(key, ABSENT)
            if pair[0] != pair[1]:
                yield make_deviation(name, key, plain(pair[0]), plain(pair[1]), classes)


def make_deviation(
    run: str, key: str, authors: str, here: str, classes: DeviationClasses
) -> Deviation:
    """Class a difference; arguments as the attributes of `Deviation`."""
    added = authors == ABSENT
    kind, why = classes.of(key, added=added), classes.why(key, added=added)
    return Deviation(run, key, authors, here, kind, why)


def flatten(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of a nested mapping as ("a.b", text)."""
    return ((key, plain(value)) for key, value in _leaves(mapping, prefix))


def plain(value: Any) -> str:
    """A value as it stands in a file; text without quotation marks."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def data_format(experiment: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """The format of a run's data set, such as voc."""
    return str(experiment["datasets"][run["dataset"]]["format"])


def authors_record(
    run: Mapping[str, Any], experiment: Mapping[str, Any], published: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The record of the authors' settings for the run's method and data format."""
    record: Mapping[str, Any] | None = published.get(data_format(experiment, run))
    return record if record is not None and record["method"] == run["method"] else None


def _as_recorded(
    run: Mapping[str, Any], authors: Mapping[str, Any], experiment: Mapping[str, Any]
) -> dict[str, Any]:
    """The run's block with what a record tells of data set and weights instead of their names."""
    dataset = experiment["datasets"][run["dataset"]]
    held_out = {"held_out": dataset["held_out"]} if "held_out" in dataset else {}
    of_data = {"classes": len(dataset["classes"]), "splits": dataset["splits"], **held_out}
    weights = {
        key: _weights(experiment["weights"][run[key]], authors.get(key, {}))
        for key in ("weights", "guide")
        if key in run
    }
    return {**run, "dataset": of_data, **weights}


def _weights(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Digest, or why there is none, and network; more or fewer digits of it are no other file."""
    told = {key: ours[key] for key in ("sha256_prefix", "network") if key in ours}
    known, stated = theirs.get("sha256_prefix"), told.get("sha256_prefix")
    if known and stated and (stated.startswith(known) or known.startswith(stated)):
        told["sha256_prefix"] = known
    if known and not stated:
        told["sha256_prefix"] = _MADE_HERE
    return told


def _settings(run: Mapping[str, Any], task: str, left_out: set[str]) -> dict[str, Any]:
    """The leaves of a run's block; a protocol is one, in words."""
    kept = {key: value for key, value in run.items() if key not in {*left_out, "protocols"}}
    in_words = _box_protocols if task == "localization" else _label_protocols
    protocols = {f"{PROTOCOLS}{name}": words for name, words in in_words(run).items()}
    return {**dict(_leaves(kept)), **protocols}


def _label_protocols(run: Mapping[str, Any]) -> dict[str, str]:
    protocols = read_protocols(run).items()
    return {name: f"{long_name(protocol)}; {_scored(protocol)}" for name, protocol in protocols}


def _box_protocols(run: Mapping[str, Any]) -> dict[str, str]:
    protocols = read_box_protocols(run).items()
    return {name: f"{long_box_name(_as_value(p))}; on {p.split}" for name, p in protocols}


def _as_value(protocol: BoxProtocol) -> BoxProtocol:
    """The protocol with a threshold that is stated: the number counts, not who stated it first."""
    return protocol if protocol.threshold is None else replace(protocol, threshold_source="stated")


def _leaves(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _scored(protocol: Protocol) -> str:
    """What of a protocol its name does not tell."""
    if protocol.background is None:
        return f"on {protocol.split}"
    return f"on {protocol.split}, background {protocol.background:g}"
