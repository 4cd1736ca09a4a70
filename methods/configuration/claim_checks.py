"""Every number that a claim names must be one that the experiment makes."""

from collections.abc import Iterator
from pathlib import Path

from methods.claims import Quantity, load_claims
from methods.configuration.problems import Block, Problem
from methods.configuration.schema import nearest
from methods.data.splits import TEST, drawn_from, overlap
from methods.training.checkpoints import curve_split, is_trained


def claim_problems(experiment: Block, project: Path) -> Iterator[Problem]:
    """Contradictions between the claims of an experiment and what it makes."""
    for claim in load_claims(project / experiment["claims"]):
        for quantity in claim.quantities():
            expected = _not_made(quantity, experiment)
            if expected is not None:
                yield Problem(
                    "claims",
                    f"the claim {claim.id!r} about {quantity}",
                    expected,
                    f"correct the claim in {experiment['claims']} or the experiment",
                )


def _not_made(quantity: Quantity, experiment: Block) -> str | None:
    """What the quantity should name instead; None where the experiment makes it."""
    runs = experiment["runs"]
    if quantity.run is None:
        scored = {run["dataset"]: run["evaluation"]["split"] for run in runs.values()}
        if quantity.dataset not in scored:
            return f"the data set {nearest(str(quantity.dataset), scored)}"
        return _another(quantity, scored[quantity.dataset], "which it is scored on")
    if quantity.run not in runs:
        return f"the run {nearest(quantity.run, runs)}"
    run = runs[quantity.run]
    if quantity.validation is not None:
        return _not_validated(quantity, run, experiment["datasets"][run["dataset"]])
    if quantity.protocol not in run["protocols"]:
        return f"the protocol {nearest(str(quantity.protocol), run['protocols'])}"
    if quantity.split == TEST:
        return None  # not evaluated without a package, whatever the run makes
    split = run["protocols"][quantity.protocol]["split"]
    return _another(quantity, split, "which it is scored on")


def _not_validated(quantity: Quantity, run: Block, dataset: Block) -> str | None:
    """The same of a number in the validation of the chosen checkpoint."""
    if not is_trained(run):
        return None  # not evaluated, since a given checkpoint is not validated
    split = curve_split(run)
    chosen_by = run["checkpoint"].get("split")
    if chosen_by and overlap(dataset["format"], drawn_from(dataset), chosen_by, split):
        return f"a number on images that have not chosen the checkpoint, as {chosen_by!r} has"
    return _another(quantity, split, "which its checkpoints are validated on")


def _another(quantity: Quantity, split: str, reason: str) -> str | None:
    return None if quantity.split == split else f"the split {split!r}, {reason}"
