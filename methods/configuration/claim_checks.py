"""Every number that a claim names must be one that the experiment makes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from methods.box_protocols import read_box_protocols
from methods.claim_files import load_claims
from methods.claims import Quantity
from methods.configuration.problems import Block, Problem
from methods.configuration.schema import nearest
from methods.data.splits import drawn_from, overlap, withheld
from methods.layout import CONTROLS
from methods.metric_names import PROTOCOL, is_of_class, metric_names, receipt_names
from methods.training.checkpoints import curve_split, is_trained


def claim_problems(experiment: Block, project: Path) -> Iterator[Problem]:
    """Contradictions between the claims of an experiment and what it makes."""
    files = experiment["claims"]
    for claim in load_claims(*(project / file for file in files)):
        for quantity in claim.quantities():
            expected = _not_made(quantity, experiment)
            if expected is not None:
                yield Problem(
                    "claims",
                    f"the claim {claim.id!r} about {quantity}",
                    expected,
                    f"correct the claim in {' or '.join(files)}, or the experiment",
                )


def _not_made(quantity: Quantity, experiment: Block) -> str | None:
    """What the quantity should name instead; None where the experiment makes it."""
    runs = experiment["runs"]
    if quantity.run is None:
        return _not_controlled(quantity, experiment)
    if quantity.run not in runs:
        return f"the run {nearest(quantity.run, runs)}"
    run = runs[quantity.run]
    dataset = experiment["datasets"][run["dataset"]]
    if quantity.validation is not None:
        return _not_validated(quantity, run, dataset)
    if quantity.protocol not in run["protocols"]:
        return f"the protocol {nearest(str(quantity.protocol), run['protocols'])}"
    if run["task"] == "localization" and read_box_protocols(run)[str(quantity.protocol)].is_oracle:
        best = "a number whose threshold is the best one on the images that are scored"
        return f"another protocol, not {best}"
    if withheld(dataset["format"], quantity.split):
        # Not evaluated without a package, whatever the run makes.
        return _not_measured(quantity, receipt_names(dataset["classes"]))
    split = run["protocols"][quantity.protocol]["split"]
    elsewhere = _another(quantity, split, "which it is scored on")
    return elsewhere or _not_measured(quantity, metric_names(run["task"], dataset["classes"]))


def _not_controlled(quantity: Quantity, experiment: Block) -> str | None:
    """The same of a control, which the runs of its data set share."""
    runs = experiment["runs"]
    by_dataset = {run["dataset"]: run for run in runs.values()}
    if quantity.dataset not in by_dataset:
        return f"the data set {nearest(str(quantity.dataset), by_dataset)}"
    run = by_dataset[quantity.dataset]
    known = CONTROLS[run["task"]]
    if quantity.control not in known:
        return f"the control {nearest(str(quantity.control), known)}"
    elsewhere = _another(quantity, run["evaluation"]["split"], "which it is scored on")
    classes = experiment["datasets"][run["dataset"]]["classes"]
    return elsewhere or _not_measured(quantity, metric_names(run["task"], classes))


def _not_validated(quantity: Quantity, run: Block, dataset: Block) -> str | None:
    """The same of a number in the validation of the chosen checkpoint."""
    if run["task"] == "localization":
        return "a number of one of its protocols, since its checkpoints are not validated"
    if not is_trained(run):
        return None  # not evaluated, since a given checkpoint is not validated
    split = curve_split(run)
    chosen_by = run["checkpoint"].get("split")
    if chosen_by and overlap(dataset["format"], drawn_from(dataset), chosen_by, split):
        return f"a number on images that have not chosen the checkpoint, as {chosen_by!r} has"
    return _another(quantity, split, "which its checkpoints are validated on")


def _not_measured(quantity: Quantity, known: Iterable[str]) -> str | None:
    """The metric that is most like the quantity's, where its file has no such number.

    What a protocol states of itself, its own words say, which are known when it is scored.
    """
    names = {*known}
    if quantity.metric in names or quantity.metric.startswith(PROTOCOL):
        return None
    of_class = is_of_class(quantity.metric)
    return (
        f"the metric {nearest(quantity.metric, [n for n in names if is_of_class(n) == of_class])}"
    )


def _another(quantity: Quantity, split: str, reason: str) -> str | None:
    return None if quantity.split == split else f"the split {split!r}, {reason}"
