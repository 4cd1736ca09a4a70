"""Nothing is trained or chosen on the images that are scored, no threshold on those trained on.

Splits are compared by the images that they may share, not by their names. Localization maps may be
scored on training images: they are the seeds of the training. So may their thresholds be chosen
there, as is usual of seeds.
"""

from collections.abc import Callable, Iterator
from functools import partial

from methods.configuration.problems import Block, Problem
from methods.configuration.protocol_checks import GIVEN_THRESHOLDS
from methods.data.splits import HELD_OUT, drawn_from, overlap

Shares = Callable[[str, str], bool]  # whether two splits may share images


def leakage_problems(run: Block, dataset: Block, key: str) -> Iterator[Problem]:
    """Splits of a run that see each other's images.

    Args:
        run: the run's block of the experiment; its data set has the splits that it names.
        dataset: the block of its data set.
        key: of the run.
    """
    shares = partial(overlap, dataset["format"], drawn_from(dataset))
    yield from _trained(run, shares, key)
    yield from _chosen(run, shares, key)
    for name, protocol in run["protocols"].items():
        place = f"{key}.protocols.{name}"
        boxes = run["task"] == "localization"
        if boxes and protocol["threshold_source"] == protocol["split"]:
            continue  # an oracle, which is called so on the page and which no claim may read
        yield from _threshold(protocol, protocol["split"], shares, place)
        if boxes:
            yield from _fitted(protocol["threshold_source"], run["train_split"], shares, place)
    if "submission" in run:
        sent = run["submission"]
        protocol = run["protocols"][sent["protocol"]]
        place = f"{key}.protocols.{sent['protocol']}"
        yield from _threshold(protocol, sent["split"], shares, place)


def _trained(run: Block, shares: Shares, key: str) -> Iterator[Problem]:
    trained, evaluation, checkpoint = run["train_split"], run["evaluation"], run["checkpoint"]
    unseen = {
        f"protocols.{name}.split": protocol["split"]
        for name, protocol in run["protocols"].items()
        if run["task"] == "localization" or protocol["map"] == "decoder"
    }
    unseen |= {f"evaluation.{name}": evaluation[name] for name in evaluation if "split" in name}
    if "submission" in run:
        unseen["submission.split"] = run["submission"]["split"]
    if checkpoint["rule"] == "best":
        unseen["checkpoint.split"] = checkpoint["split"]
    for field, split in unseen.items():
        if shares(split, trained):
            by = "" if split == trained else f"shares images with {trained!r}, which "
            left_out = "set train_split to train_kept, which leaves held_out out"
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, which {by}is trained on",
                "a split that training has not seen",
                left_out if split == HELD_OUT else "choose another split",
            )


def _chosen(run: Block, shares: Shares, key: str) -> Iterator[Problem]:
    """The masks that choose the checkpoint have told what they know."""
    if run["checkpoint"]["rule"] != "best":
        return
    chosen_by = run["checkpoint"]["split"]
    resting = {"evaluation.split": run["evaluation"]["split"]}
    if "submission" in run:
        resting["submission.split"] = run["submission"]["split"]
    for name, protocol in run["protocols"].items():
        resting[f"protocols.{name}.split"] = protocol["split"]
        source = protocol.get("threshold_source")
        if source is not None and source not in GIVEN_THRESHOLDS:
            resting[f"protocols.{name}.threshold_source"] = source
    for field, split in resting.items():
        if shares(split, chosen_by):
            yield Problem(
                f"{key}.checkpoint.split",
                f"{chosen_by!r}, which shares images with {split!r} of {field}",
                "a split that no number rests on",
                "choose held_out, with train_kept to train on, and score seeds on rest",
            )


def _fitted(source: str, trained: str, shares: Shares, place: str) -> Iterator[Problem]:
    """Maps of images that a network was fitted to say too little of those of others.

    Of held_out this is accepted: it is drawn to choose, and where all of the training list is
    trained on, as the authors do, the page says so beside the threshold.
    """
    if source in (*GIVEN_THRESHOLDS, HELD_OUT) or not shares(source, trained):
        return
    by = "" if source == trained else f"shares images with {trained!r}, which "
    yield Problem(
        f"{place}.threshold_source",
        f"{source!r}, which {by}is trained on",
        f"a split that training has not seen, or {HELD_OUT}",
        "choose the threshold on another split",
    )


def _threshold(protocol: Block, scored: str, shares: Shares, place: str) -> Iterator[Problem]:
    source = protocol.get("threshold_source")
    if source is None or source in GIVEN_THRESHOLDS or not shares(source, scored):
        return
    by = "" if source == scored else f"shares images with {scored!r}, which "
    yield Problem(
        f"{place}.threshold_source",
        f"{source!r}, which {by}is the split that is scored",
        "a split that no number is reported on",
        "choose the threshold on another split",
    )
