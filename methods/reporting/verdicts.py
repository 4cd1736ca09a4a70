"""Verdicts: what the measured values say about a claim."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from methods.claims import AtLeast, AtMost, Claim, Equals, Published, Quantity
from methods.reporting.measurements import (
    Measurement,
    is_packed,
    is_withheld,
    quantity_files,
    read_measurement,
)
from methods.training.checkpoints import is_trained

Status = Literal["holds", "fails", "consistent", "inconsistent", "not evaluated", "void"]
Bound = Equals | AtLeast | AtMost | Published
CALIBRATION = "Given checkpoint, nothing trained here: "  # how the reason of such a verdict begins
Measured = Mapping[tuple[Quantity, int], Measurement]  # of a quantity with a seed


@dataclass(frozen=True)
class Verdict:
    """What became of a claim.

    Attributes:
        claim: its id.
        status: "holds" or "fails" for a bound of the pipeline; "consistent" or "inconsistent" for
            a published number; "void" where a split was not wholly scored or a value is undefined;
            "not evaluated" where there is no value.
        value: mean over the seeds.
        values: one a seed.
        seeds: the seeds; none where only controls are compared.
        reference: the bound or the published number.
        difference: value minus reference.
        reason: one sentence.
    """

    claim: str
    status: Status
    value: float | None
    values: tuple[float, ...]
    seeds: tuple[int, ...]
    reference: float | None
    difference: float | None
    reason: str


def judge(claim: Claim, measured: Measured, seeds: Sequence[int]) -> Verdict:
    """Compare a claim with the values of every seed.

    A bound of the pipeline must hold with each seed; a published number is compared with the
    mean. A single seed can be consistent with a published number, never a proof of equality.
    """
    if claim.quantity is None or claim.not_evaluated is not None:
        return _without_value(claim, "not evaluated", f"Not evaluated: {claim.not_evaluated}.")
    of_controls = all(quantity.run is None for quantity in claim.quantities())
    if of_controls:  # the same file whatever the seed
        seeds = seeds[:1]
    waiting = _waiting(claim, measured, seeds)
    if waiting:
        reason = (
            f"package ready ({', '.join(waiting)}), waiting for the evaluation server's receipt"
        )
        return _without_value(claim, "not evaluated", f"Not evaluated: {reason}.")
    for quantity, seed in product(claim.quantities(), seeds):
        obstacle = _obstacle(quantity, seed, measured)
        if obstacle is not None:
            return _without_value(claim, *obstacle)
    values = [_number(claim.quantity, seed, measured) for seed in seeds]
    if claim.minus is not None:
        values = [v - _number(claim.minus, s, measured) for v, s in zip(values, seeds, strict=True)]
    references = [_reference(claim.bound, seed, measured) for seed in seeds]
    value, reference = fmean(values), fmean(references)
    if isinstance(claim.bound, Published):
        status, reason = _compare_published(claim.bound, values)
    else:
        status, reason = _compare_bound(claim.bound, values, references)
    return Verdict(
        claim=claim.id,
        status=status,
        value=value,
        values=tuple(values),
        seeds=() if of_controls else tuple(seeds),
        reference=reference,
        difference=value - reference,
        reason=reason,
    )


def judge_all(
    claims: Sequence[Claim], results: Path, seeds: Sequence[int], runs: Mapping[str, Any]
) -> dict[str, Any]:
    """Judge every claim by the files below results/<experiment>, as a JSON document.

    Args:
        claims: of the experiment.
        results: the folder results/<experiment>.
        seeds: of the trainings; a run whose checkpoint is a given file has the first alone.
        runs: the block `runs` of the experiment; `task`, `checkpoint` and `submission` are read.

    Raises:
        InputError: a file is missing, was changed by hand, or has no such metric.
    """
    return {"verdicts": [_entry(claim, results, seeds, runs) for claim in claims]}


def _entry(
    claim: Claim, results: Path, seeds: Sequence[int], runs: Mapping[str, Any]
) -> dict[str, Any]:
    quantities = claim.quantities()
    with_seeds = [q for q in quantities if q.run is not None and is_trained(runs[q.run])]
    used = seeds if with_seeds else seeds[:1]
    # (quantity, seed of the claim, seed of the quantity)
    read = [(q, s, s if q in with_seeds else seeds[0]) for q in quantities for s in used]
    missing = next(filter(None, (_not_made(quantity, runs) for quantity in quantities)), None)
    if missing is not None:
        read = []
        verdict = asdict(_without_value(claim, "not evaluated", f"Not evaluated: {missing}."))
    else:
        measured = {(q, s): read_measurement(results, q, own, runs) for q, s, own in read}
        verdict = asdict(judge(claim, measured, used))
    calibration = not with_seeds and any(quantity.run is not None for quantity in quantities)
    if calibration:
        verdict["reason"] = f"{CALIBRATION}{verdict['reason']}"
    return {
        "id": verdict.pop("claim"),
        "statement": claim.statement,
        "source": claim.source,
        "bound": {"kind": _KINDS[type(claim.bound)], **asdict(claim.bound)},
        "quantity": _named(claim.quantity),
        "minus": _named(claim.minus),
        "calibration": calibration,
        "files": sorted(
            {file for q, _, own in read for file in quantity_files(results, q, own, runs)}
        ),
        **verdict,
    }


def _not_made(quantity: Quantity, runs: Mapping[str, Any]) -> str | None:
    """Why a run does not make a quantity; None where it does."""
    if is_withheld(quantity, runs) and not is_packed(quantity, runs):
        return (
            f"run {quantity.run} packs no label maps of {quantity.split} by {quantity.protocol} for"
            " the evaluation server"
        )
    if quantity.validation is not None and not is_trained(runs[str(quantity.run)]):
        return f"run {quantity.run} trains nothing, so there is no validation of its checkpoints"
    return None


def _named(quantity: Quantity | None) -> dict[str, str] | None:
    """What a quantity is, without the fields that it has not."""
    if quantity is None:
        return None
    return {key: value for key, value in asdict(quantity).items() if value is not None}


_KINDS = {Equals: "equals", AtLeast: "at_least", AtMost: "at_most", Published: "published"}


def _waiting(claim: Claim, measured: Measured, seeds: Sequence[int]) -> list[str]:
    """Packages that the evaluation server has not scored, each once."""
    found = [measured.get(key) for key in product(claim.quantities(), seeds)]
    return list(dict.fromkeys(m.waiting for m in found if m is not None and m.waiting is not None))


def _obstacle(quantity: Quantity, seed: int, measured: Measured) -> tuple[Status, str] | None:
    """Why a quantity cannot be judged."""
    found = measured.get((quantity, seed))
    if found is None:
        return "not evaluated", f"Not evaluated: there is no {quantity} with seed {seed}."
    if found.evaluated != found.expected:
        covered = f"{found.evaluated} of {found.expected} images"
        return "void", f"Void: {quantity} covers {covered} with seed {seed}."
    if found.value is None or not isfinite(found.value):
        return "void", f"Void: {quantity} is undefined with seed {seed}."
    return None


def _without_value(claim: Claim, status: Status, reason: str) -> Verdict:
    stated = claim.bound.to if isinstance(claim.bound, Equals) else claim.bound.value
    return Verdict(
        claim=claim.id,
        status=status,
        value=None,
        values=(),
        seeds=(),
        reference=None if isinstance(stated, Quantity) else stated,
        difference=None,
        reason=reason,
    )


def _number(quantity: Quantity, seed: int, measured: Measured) -> float:
    value = measured[quantity, seed].value
    assert value is not None  # `_obstacle` has seen it
    return value


def _reference(bound: Bound, seed: int, measured: Measured) -> float:
    if not isinstance(bound, Equals):
        return bound.value
    return _number(bound.to, seed, measured) if isinstance(bound.to, Quantity) else bound.to


def _compare_bound(
    bound: Equals | AtLeast | AtMost, values: Sequence[float], references: Sequence[float]
) -> tuple[Status, str]:
    """Judge a bound that every seed must keep; the reason quotes the seed furthest off."""
    pairs = list(zip(values, references, strict=True))
    if isinstance(bound, AtLeast):
        relation, excess = "at least", [reference - value for value, reference in pairs]
    elif isinstance(bound, AtMost):
        relation, excess = "at most", [value - reference for value, reference in pairs]
    else:
        relation = f"within {bound.tolerance:g} of"
        excess = [abs(value - reference) - bound.tolerance for value, reference in pairs]
    worst = max(range(len(values)), key=excess.__getitem__)
    holds = excess[worst] <= 0
    verb = "is" if holds else "is not"
    of_seeds = "" if len(values) == 1 else f", the worst of {len(values)} seeds,"
    reason = f"{values[worst]:.2f}{of_seeds} {verb} {relation} {references[worst]:.2f}."
    return ("holds" if holds else "fails"), reason


def _compare_published(bound: Published, values: Sequence[float]) -> tuple[Status, str]:
    difference = fmean(values) - bound.value
    consistent = abs(difference) <= bound.tolerance
    spread = (
        "one seed"
        if len(values) == 1
        else (f"mean of {len(values)} seeds, {min(values):.2f} to {max(values):.2f}")
    )
    reason = (
        f"{fmean(values):.2f} ({spread}) is {abs(difference):.2f} "
        f"{'above' if difference > 0 else 'below'} the published {bound.value:.2f}, "
        f"{'within' if consistent else 'outside'} the tolerance of {bound.tolerance:.2f}."
    )
    return ("consistent" if consistent else "inconsistent"), reason
