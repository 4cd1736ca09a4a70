"""What the protocols of a run must satisfy beyond the shape that the schema gives them."""

from collections.abc import Iterator, Sequence

from methods.configuration.problems import Block, Problem
from methods.configuration.schema import nearest

WITHHELD = "test"  # the split whose labels only the evaluation server has
# Sources of a threshold that was chosen on no split of the data set.
GIVEN_THRESHOLDS = ("published", "fixed")


def protocol_problems(run: Block, splits: Sequence[str], key: str) -> Iterator[Problem]:
    """Contradictions among a run's protocols.

    Args:
        run: the run's block of the experiment, valid by the schema.
        splits: names of the splits of its data set.
        key: of the run.
    """
    protocols = run["protocols"]
    for name, protocol in protocols.items():
        place = f"{key}.protocols.{name}"
        yield from _split(protocol, splits, run["train_split"], place)
        if "threshold_source" in protocol:
            yield from _threshold(protocol, splits, f"{place}.threshold_source")
    if "submission" in run and run["submission"]["protocol"] not in protocols:
        name = run["submission"]["protocol"]
        yield Problem(
            f"{key}.submission.protocol",
            f"{name!r}, which the run has not",
            nearest(name, protocols),
            "correct the name",
        )
    split = run["evaluation"]["split"]
    if not any(p["map"] == "decoder" and p["split"] == split for p in protocols.values()):
        yield Problem(
            f"{key}.protocols",
            f"no protocol of the decoder on {split!r}",
            "at least one, since the run is judged on it",
            "add one or change evaluation.split",
        )


def _split(protocol: Block, splits: Sequence[str], trained: str, place: str) -> Iterator[Problem]:
    split = protocol["split"]
    if split not in splits:
        yield Problem(
            f"{place}.split",
            f"{split!r}, which the data set has not",
            nearest(split, splits),
            "correct the split",
        )
    elif split == WITHHELD:
        yield Problem(
            f"{place}.split",
            f"{split!r}, whose labels only the evaluation server has",
            "a split that can be scored here",
            "choose another one; `submission` packs the label maps of this one",
        )
    elif split == trained and protocol["map"] == "decoder":
        yield Problem(
            f"{place}.split",
            f"{split!r}, which is trained on",
            "a split that training has not seen",
            "choose another split",
        )


def _threshold(protocol: Block, splits: Sequence[str], place: str) -> Iterator[Problem]:
    source = protocol["threshold_source"]
    known = [*GIVEN_THRESHOLDS, *splits]
    if source not in known:
        yield Problem(
            place, f"{source!r}", nearest(source, known), "say where the threshold comes from"
        )
    if source == protocol["split"]:
        yield Problem(
            place,
            f"{source!r}, which is the split that is scored",
            "a split that no number is reported on",
            "choose the threshold on another split",
        )
