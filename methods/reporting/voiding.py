"""Claims about published numbers that a deviation of their run makes void."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from methods.claims import Claim, Published, Quantity
from methods.reporting.deviation_classes import DeviationClasses
from methods.reporting.deviations import Deviation, find_deviations


def voided_claims(
    claims: Sequence[Claim],
    experiment: Mapping[str, Any],
    published: Mapping[str, Any],
    classes: DeviationClasses,
) -> dict[str, str]:
    """Why claims are void before anything is measured, in words, by their ids.

    A deviation voids a claim that reads the run, where the claim's number rests on the setting and
    the claim does not state the deviation itself. A bound of the pipeline is never void by one.

    Args:
        claims: of the experiment.
        experiment: as a mapping.
        published: the records of the authors' settings, by the format of the data set.
        classes: of deviations.
    """
    voiding = [d for d in find_deviations(experiment, published, classes) if d.kind == "voids"]
    found = {}
    for claim in claims:
        if not isinstance(claim.bound, Published):
            continue
        against = {
            d.key: d
            for quantity in claim.quantities()
            for d in voiding
            if _rests_on(quantity, d, experiment) and not _allowed(d.key, claim.bound)
        }
        if against:
            found[claim.id] = "; ".join(map(_words, against.values()))
    return found


def _rests_on(quantity: Quantity, deviation: Deviation, experiment: Mapping[str, Any]) -> bool:
    """Whether a number of the run reads the setting; others change what it has beside."""
    if quantity.run is None or quantity.run != deviation.run:
        return False
    run, key = experiment["runs"][quantity.run], deviation.key
    protocol = run["protocols"].get(quantity.protocol, {})
    if key.startswith("protocols."):
        return key == f"protocols.{quantity.protocol}"
    if key.startswith("dataset.splits."):
        return key.rpartition(".")[2] in (quantity.split, run["train_split"])
    if key.startswith("crf."):
        return bool(protocol.get("crf"))
    return True


def _allowed(key: str, bound: Published) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in bound.allows)


def _words(deviation: Deviation) -> str:
    return (
        f"{deviation.key} of run {deviation.run} is {deviation.here}, the authors'"
        f" {deviation.authors}"
    )
