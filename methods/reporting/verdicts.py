"""Verdicts: what the files of an experiment say about its claims."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from methods.claims import AtLeast, AtMost, Claim, Equals, Published, Quantity
from methods.data.files import read_fields
from methods.errors import InputError
from methods.reporting.control_gate import failed_controls, failed_gate
from methods.reporting.judging import Bound, Measured, judge, without_value
from methods.reporting.measurements import quantity_files, read_measurement
from methods.reporting.variation import checkpoint_ranges, variation
from methods.reporting.verdict_intervals import intervals_over_images, named_statistics
from methods.reporting.withheld import is_packed, is_withheld
from methods.training.checkpoints import is_trained, written_iterations

CALIBRATION = "Given checkpoint, nothing trained here: "  # how the reason of such a verdict begins
_NONE: Mapping[str, str] = MappingProxyType({})
_KINDS = {Equals: "equals", AtLeast: "at_least", AtMost: "at_most", Published: "published"}


def judge_all(
    claims: Sequence[Claim],
    results: Path,
    seeds: Sequence[int],
    runs: Mapping[str, Any],
    *,
    controls: Sequence[Path] = (),
    validations: Sequence[Path] = (),
    voided: Mapping[str, str] = _NONE,
) -> dict[str, Any]:
    """Judge every claim by the files below results/<experiment>, as a JSON document.

    Args:
        claims: of the experiment.
        results: the folder results/<experiment>.
        seeds: of the trainings; a run whose checkpoint is a given file has the first alone.
        runs: the block `runs` of the experiment; `task`, `dataset`, `training`, `checkpoint` and
            `submission` are read.
        controls: metrics of all controls; one that is not worth what is known makes the claims
            void that were measured as it was.
        validations: of the checkpoints, which tell what their choice is worth.
        voided: why a claim's number cannot be compared with the published one, by the claim's id.

    Raises:
        InputError: a file is missing, was changed by hand, or has no such metric.
    """
    failed = failed_controls(controls)
    entries = []
    for claim in claims:
        causes = failed_gate(claim, runs, failed), voided.get(claim.id)
        void = "; ".join(cause for cause in causes if cause is not None) or None
        entries.append(_entry(claim, results, seeds, runs, validations, void))
    return {"verdicts": entries}


def require_judged(path: Path, judged: Mapping[str, Any]) -> None:
    """Refuse verdicts that were changed by hand.

    Args:
        path: verdicts.json.
        judged: what `judge_all` says of the same claims now.

    Raises:
        InputError: the file has another verdict on a claim, or none.
    """
    expected = {entry["id"]: entry for entry in json.loads(json.dumps(judged["verdicts"]))}
    found = {entry.get("id"): entry for entry in read_fields(path, {"verdicts": list})["verdicts"]}
    for name in {**expected, **found}:
        if found.get(name) != expected.get(name):
            raise InputError(
                path,
                f"a verdict on {name} that does not follow from the scores",
                "what was judged by them",
                "delete it and report.html and run again, which judges again",
            )


def _entry(
    claim: Claim,
    results: Path,
    seeds: Sequence[int],
    runs: Mapping[str, Any],
    validations: Sequence[Path],
    voided: str | None,
) -> dict[str, Any]:
    quantities = claim.quantities()
    with_seeds = [q for q in quantities if q.run is not None and is_trained(runs[q.run])]
    used = seeds if with_seeds else seeds[:1]
    # (quantity, seed of the claim, seed of the quantity)
    read = [(q, s, s if q in with_seeds else seeds[0]) for q in quantities for s in used]
    causes: dict[str, Any] = {}
    images = None
    missing = next(filter(None, (_not_made(quantity, runs) for quantity in quantities)), None)
    if missing is not None:
        read = []
        verdict = asdict(without_value(claim, "not evaluated", f"Not evaluated: {missing}."))
    else:
        measured = {(q, s): read_measurement(results, q, own, runs) for q, s, own in read}
        verdict = asdict(judge(claim, measured, used, voided))
        causes = _causes(claim, results, measured, verdict, validations)
        if verdict["values"]:
            images = intervals_over_images(claim, measured, verdict["seeds"] or used[:1])
    calibration = not with_seeds and any(quantity.run is not None for quantity in quantities)
    if calibration:
        verdict["reason"] = f"{CALIBRATION}{verdict['reason']}"
    return {
        "id": verdict.pop("claim"),
        "statement": claim.statement,
        "source": claim.source,
        "bound": _bound(claim.bound),
        "quantity": _named(claim.quantity),
        "minus": _named(claim.minus),
        "calibration": calibration,
        "control": claim.is_control,
        "files": sorted(
            {file for q, _, own in read for file in quantity_files(results, q, own, runs)}
        ),
        **verdict,
        "statistics": named_statistics(verdict["statistics"]),
        "interval_95_over_images": images,
        "variation": causes,
    }


def _bound(bound: Bound) -> dict[str, Any]:
    """A bound for JSON; of a published number `source_kind` says what it stands in."""
    fields = asdict(bound)
    if isinstance(bound, Published):
        fields = {"source_kind": fields.pop("kind"), **fields, "allows": list(bound.allows)}
    return {"kind": _KINDS[type(bound)], **fields}


def _causes(
    claim: Claim,
    results: Path,
    measured: Measured,
    verdict: Mapping[str, Any],
    validations: Sequence[Path],
) -> dict[str, Any]:
    """What moves the number behind a published claim; nothing of a difference of two numbers."""
    quantity = claim.quantity
    if quantity is None or quantity.run is None or claim.minus is not None:
        return {}
    if not isinstance(claim.bound, Published):
        return {}
    values = dict(zip(verdict["seeds"], verdict["values"], strict=True))
    images = {seed: measured[quantity, seed].images for seed in values}
    return variation(values, images, checkpoint_ranges(results, quantity, values, validations))


def _not_made(quantity: Quantity, runs: Mapping[str, Any]) -> str | None:
    """Why a run does not make a quantity; None where it does."""
    if is_withheld(quantity, runs) and not is_packed(quantity, runs):
        return (
            f"run {quantity.run} packs no label maps of {quantity.split} by {quantity.protocol} for"
            " the evaluation server"
        )
    if quantity.validation is not None and not is_trained(runs[str(quantity.run)]):
        return f"run {quantity.run} trains nothing, so there is no validation of its checkpoints"
    if quantity.iteration is not None:
        written = written_iterations(runs[str(quantity.run)]["training"])
        if quantity.iteration not in written:
            return f"run {quantity.run} writes no checkpoint after iteration {quantity.iteration}"
    return None


def _named(quantity: Quantity | None) -> dict[str, Any] | None:
    """What a quantity is, without the fields that it has not."""
    if quantity is None:
        return None
    return {key: value for key, value in asdict(quantity).items() if value is not None}
