"""What became of one claim, by the measured values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite
from statistics import fmean
from typing import Any

from methods.claims import AtLeast, AtMost, Claim, Equals, Published, Quantity
from methods.reporting.comparisons import Compared, compare_bound, compare_published
from methods.reporting.measurements import Measurement
from methods.reporting.verdict_words import Status

Bound = Equals | AtLeast | AtMost | Published
Measured = Mapping[tuple[Quantity, int], Measurement]  # of a quantity with a seed


@dataclass(frozen=True)
class Verdict:
    """What became of a claim.

    Attributes:
        claim: its id.
        status: "holds" or "fails" for a bound of the pipeline; for a published number "equivalent"
            (with a one-sided direction "non-inferior"), "above", "below" or "inconclusive" by a
            test over the seeds, "consistent" or "inconsistent" where they are too few for one;
            "void" where a split was not wholly scored, a value is undefined, a control of the same
            evaluation failed, a deviation makes it another number or the claim says that its own is
            none; "not evaluated" where there is no value.
        value: mean over the seeds.
        values: one a seed.
        seeds: the seeds; none where only controls are compared.
        reference: the bound or the published number.
        difference: value minus reference.
        reason: in words.
        statistics: of the test over the seeds, ready for JSON; None where there was none.
    """

    claim: str
    status: Status
    value: float | None
    values: tuple[float, ...]
    seeds: tuple[int, ...]
    reference: float | None
    difference: float | None
    reason: str
    statistics: Mapping[str, Any] | None = None


def judge(
    claim: Claim, measured: Measured, seeds: Sequence[int], voided: str | None = None
) -> Verdict:
    """Compare a claim with the values of every seed.

    A bound of the pipeline must hold with each seed; a published number is compared with the
    mean. A single seed can be consistent with a published number, never a proof of equality.

    Args:
        claim: to be judged.
        measured: its quantities, with each seed.
        seeds: of the trainings.
        voided: why no value of ours says anything about the claim, in words; None where it does.
    """
    if claim.void is not None:
        return without_value(claim, "void", f"Void: {claim.void}.")
    if claim.quantity is None or claim.not_evaluated is not None:
        return without_value(claim, "not evaluated", f"Not evaluated: {claim.not_evaluated}.")
    if claim.is_control:  # the same file whatever the seed
        seeds = seeds[:1]
    obstacle = _obstacle(claim, measured, seeds)
    if obstacle is not None:
        return without_value(claim, *obstacle)
    values = [_value(claim, claim.quantity, seed, measured) for seed in seeds]
    references = [_reference(claim.bound, seed, measured) for seed in seeds]
    if voided is not None:  # the value is sound, and no measure of this claim
        compared = Compared("void", f"Void: {voided}.")
    elif isinstance(claim.bound, Published):
        images = [measured[claim.quantity, seed].images for seed in seeds]
        kept = images if claim.minus is None else [None] * len(images)
        compared = compare_published(claim.bound, values, kept)
    else:
        compared = compare_bound(claim.bound, values, references)
    between = "" if compared.status == "void" else _subtracted(claim, measured, seeds)
    value, reference = fmean(values), fmean(references)
    return Verdict(
        claim=claim.id,
        status=compared.status,
        value=value,
        values=tuple(values),
        seeds=() if claim.is_control else tuple(seeds),
        reference=reference,
        difference=None if compared.status == "void" else value - reference,
        reason=f"{between}{compared.reason}",
        statistics=compared.statistics,
    )


def _obstacle(claim: Claim, measured: Measured, seeds: Sequence[int]) -> tuple[Status, str] | None:
    """Why a claim has no value; a server that has not answered comes first."""
    waiting = _waiting(claim, measured, seeds)
    if waiting:
        reason = (
            f"package ready ({', '.join(waiting)}), waiting for the evaluation server's receipt"
        )
        return "not evaluated", f"Not evaluated: {reason}."
    every = product(claim.quantities(), seeds)
    return next(filter(None, (_lack(quantity, seed, measured) for quantity, seed in every)), None)


def _waiting(claim: Claim, measured: Measured, seeds: Sequence[int]) -> list[str]:
    """Packages that the evaluation server has not scored, each once."""
    found = [measured.get(key) for key in product(claim.quantities(), seeds)]
    return list(dict.fromkeys(m.waiting for m in found if m is not None and m.waiting is not None))


def _lack(quantity: Quantity, seed: int, measured: Measured) -> tuple[Status, str] | None:
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


def without_value(claim: Claim, status: Status, reason: str) -> Verdict:
    """The verdict on a claim of which nothing was measured."""
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


def _value(claim: Claim, quantity: Quantity, seed: int, measured: Measured) -> float:
    """The quantity of a claim, without what the claim subtracts."""
    value = _number(quantity, seed, measured)
    return value if claim.minus is None else value - _number(claim.minus, seed, measured)


def _subtracted(claim: Claim, measured: Measured, seeds: Sequence[int]) -> str:
    """What a difference is between, such as "60.96 less 33.41: "; empty of any other number."""
    if claim.quantity is None or claim.minus is None:
        return ""
    first, second = (
        fmean(_number(quantity, seed, measured) for seed in seeds)
        for quantity in (claim.quantity, claim.minus)
    )
    return f"{'On average ' * (len(seeds) > 1)}{first:.2f} less {second:.2f}: "


def _number(quantity: Quantity, seed: int, measured: Measured) -> float:
    value = measured[quantity, seed].value
    assert value is not None  # `_lack` has seen it
    return value


def _reference(bound: Bound, seed: int, measured: Measured) -> float:
    if not isinstance(bound, Equals):
        return bound.value
    return _number(bound.to, seed, measured) if isinstance(bound.to, Quantity) else bound.to
