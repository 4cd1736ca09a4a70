"""What the protocols of a run must satisfy beyond the shape that the schema gives them."""

from collections.abc import Iterator, Sequence

from methods.box_protocols import APART, GRID, read_box_protocols
from methods.configuration.problems import Block, Problem
from methods.configuration.schema import nearest
from methods.data.splits import TEST

# Sources of a threshold that was chosen on no split of the data set.
GIVEN_THRESHOLDS = ("published", "fixed")


def protocol_problems(run: Block, splits: Sequence[str], key: str) -> Iterator[Problem]:
    """Contradictions in a run's protocols, taken one by one.

    Args:
        run: the run's block of the experiment, valid by the schema.
        splits: names of the splits of its data set.
        key: of the run.
    """
    protocols = run["protocols"]
    if run["task"] == "localization":
        yield from _boxes(protocols, splits, f"{key}.protocols")
        yield from _apart(protocols, f"{key}.protocols")
        return
    yield from _alike(protocols, f"{key}.protocols")
    for name, protocol in protocols.items():
        if "threshold_source" in protocol:
            place = f"{key}.protocols.{name}.threshold_source"
            yield from _threshold(protocol["threshold_source"], splits, place)
    if "submission" in run:
        yield from _submission(run["submission"], protocols, f"{key}.submission.protocol")


def judging_problems(run: Block, key: str) -> Iterator[Problem]:
    """A run is judged by a protocol of the decoder, or of boxes; the run stands at `key`."""
    split, protocols = run["evaluation"]["split"], run["protocols"]
    if run["task"] == "localization":
        kind = "with a threshold that is no oracle's"
        scored = [p.split for p in read_box_protocols(run).values() if not p.is_oracle]
    else:
        kind = "of the decoder"
        scored = [p["split"] for p in protocols.values() if p["map"] == "decoder"]
    if split not in scored:
        yield Problem(
            f"{key}.protocols",
            f"no protocol {kind} on {split!r}",
            "at least one, since the run is judged on it",
            "add one or change evaluation.split",
        )


def _boxes(protocols: Block, splits: Sequence[str], key: str) -> Iterator[Problem]:
    """A threshold is stated, and by whom, or it is chosen on a split."""
    for name, protocol in protocols.items():
        source, place = protocol["threshold_source"], f"{key}.{name}.threshold_source"
        if "threshold" in protocol:
            known, remedy = list(GIVEN_THRESHOLDS), "say where it comes from, or delete `threshold`"
        else:
            known, remedy = list(splits), "add `threshold`, or name the split that chooses it"
        if source not in known:
            beside = "beside" if "threshold" in protocol else "without"
            yield Problem(place, f"{source!r} {beside} a threshold", nearest(source, known), remedy)


def _apart(protocols: Block, key: str) -> Iterator[Problem]:
    """A threshold is one of the grid or of another protocol, or well away from all of them."""
    known = set(GRID)
    for name, protocol in protocols.items():
        stated = protocol.get("threshold")
        if stated is None:
            continue
        for near in (other for other in known if 0 < abs(other - stated) < APART):
            expected = f"{near!r}, or a threshold that is at least {APART:f} away from it"
            yield Problem(f"{key}.{name}.threshold", f"{stated!r}", expected, "round it")
        known.add(stated)


def _submission(submission: Block, protocols: Block, place: str) -> Iterator[Problem]:
    name = submission["protocol"]
    if name not in protocols:
        yield Problem(
            place, f"{name!r}, which the run has not", nearest(name, protocols), "correct the name"
        )
    elif submission["split"] == TEST and protocols[name].get("labels") == "given":
        yield Problem(
            place,
            f"{name!r}, which reads given image labels, and {TEST} has none",
            "a protocol of the decoder, or one with predicted labels",
            "choose another protocol",
        )


def _threshold(source: str, splits: Sequence[str], place: str) -> Iterator[Problem]:
    known = [*GIVEN_THRESHOLDS, *(split for split in splits if split != TEST)]
    if source not in known:
        yield Problem(
            place, f"{source!r}", nearest(source, known), "say where the threshold comes from"
        )


def _alike(protocols: Block, key: str) -> Iterator[Problem]:
    """Scales that stored outputs cannot tell apart: their names have six digits."""
    scales = {scale for protocol in protocols.values() for scale in protocol["scales"]}
    named: dict[str, float] = {}
    for scale in sorted(scales):
        other = named.setdefault(f"{scale:g}", scale)
        if other != scale:
            found = f"the scales {other!r} and {scale!r}"
            yield Problem(key, found, "scales that differ in their first six digits")
