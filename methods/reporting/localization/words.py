"""Box protocols in words."""

from collections.abc import Mapping, Sequence

from methods.box_protocols import BoxProtocol

RATES = {
    "top1_loc": "Top-1 Loc",
    "top5_loc": "Top-5 Loc",
    "gt_known": "GT-known",
    "top1_cls": "Top-1 cls",
    "top5_cls": "Top-5 cls",
}
PARTS = {
    "both": "both right",
    "box_only": "box right, class wrong",
    "class_only": "class right, box wrong",
    "neither": "both wrong",
}
# Abbreviations of the field. Choe et al.: "Evaluating weakly supervised object localization methods
# right", CVPR 2020, and its extension in TPAMI.
TERMS: Mapping[str, str] = {
    "IoU": "intersection over union of a found and a true box; a box is right from 0.5 on",
    "GT-known": (
        "share of the images whose box is right, as if the class were known; whose map makes the"
        " box, that of the predicted or of the true class, is part of the protocol"
    ),
    "Top-1 Loc, Top-5 Loc": (
        "share of the images whose class is right (the true one has the highest score, or is among"
        " the five highest) and whose box of the predicted class's map is right, too"
    ),
    "Top-1 cls, Top-5 cls": (
        "share of the images whose true class has the highest score, or is among the five highest"
    ),
    "BoxAcc": (
        "share of the images whose box has an IoU of at least 0.3, 0.5 or 0.7 with the true one, by"
        " the map of GT-known; where a threshold is chosen, each of the three has its own"
    ),
    "MaxBoxAcc": (
        "share of right boxes at the threshold that is the best one for the scored images"
        " themselves (Choe et al., CVPR 2020); here the BoxAcc of an oracle, while any other"
        " protocol has its threshold from elsewhere"
    ),
    "BoxAcc V2, MaxBoxAccV2": (
        "mean of three such shares, at IoU 0.3, 0.5 and 0.7, where whichever of the boxes of all"
        " regions of a map fits best counts (Choe et al., extended in TPAMI)"
    ),
    "PxAP": (
        "pixel average precision: area under precision over recall of the pixels of the true"
        " class's map against the mask of the object, so that no threshold is needed (Choe et al.,"
        " CVPR 2020)"
    ),
    "CUBV2": (
        "further images of the classes of CUB with boxes, collected by Choe et al. (CVPR 2020) so"
        " that thresholds need not be chosen on the scored images"
    ),
    "oracle": (
        "a protocol whose threshold is the best one for GT-known on the scored images; no verdict"
        " reads it, and another threshold may be better for Top-1 Loc"
    ),
}
ORACLE = "best for GT-known"
BOX_RULES = {
    "program": "the box of a map's largest region, as the released program",
    "wsolevaluation": (
        "the box of a map's largest region, ends included, as Choe et al. (CVPR 2020); MaxBoxAccV2"
        " alone takes whichever of the boxes of all regions fits best"
    ),
}
CROPS = {
    "program": "as the released program, up to one pixel off",
    "exact": "exactly where they lie",
}
MAPS_OF = {"predicted": "predicted class", "labelled": "true class"}
SEVERAL = {"last": "the last one", "best": "the best one"}
CONTROLS = {
    "perfect": "the true box itself",
    "full_image": "the whole crop",
    "centre_box": "the centre box",
    "colour": "colour alone",
}


def threshold_from(protocol: BoxProtocol) -> str:
    """Where the threshold of a protocol comes from."""
    if protocol.is_oracle:
        return f"{ORACLE} on the scored images"
    if protocol.chosen_on is not None:
        return f"chosen on {protocol.chosen_on}"
    return protocol.threshold_source


def threshold(protocol: BoxProtocol, taken: Sequence[float] = ()) -> str:
    """The threshold, and where it comes from.

    Args:
        protocol: which states a threshold or where it is chosen.
        taken: the threshold of each seed; without, one that is chosen is not told.
    """
    stated = () if protocol.threshold is None else (protocol.threshold,)
    values = _range(taken or stated)
    return f"threshold {values}{', ' if values else ''}{threshold_from(protocol)}"


def label(name: str, protocol: BoxProtocol, taken: Sequence[float]) -> str:
    """A protocol in two short lines: its name, and the thresholds of the seeds."""
    return f"{name}\n{_taken(protocol, taken)}"


def key(name: str, protocol: BoxProtocol, taken: Sequence[float]) -> str:
    """A protocol in one line of a legend: its name, and the thresholds of the seeds."""
    return f"{name}, threshold {_taken(protocol, taken)}"


def long_name(protocol: BoxProtocol) -> str:
    """Every step of a protocol."""
    steps = (
        BOX_RULES[protocol.box],
        f"GT-known by the map of the {MAPS_OF[protocol.gt_known]}",
        f"true boxes in the crop {CROPS[protocol.crop]}",
        f"of several true boxes {SEVERAL[protocol.several]}",
        threshold(protocol),
    )
    return "; ".join(steps)


def _taken(protocol: BoxProtocol, taken: Sequence[float]) -> str:
    source = ORACLE if protocol.is_oracle else threshold_from(protocol)
    return f"{_range(taken)}, {source}"


def _range(taken: Sequence[float]) -> str:
    """The thresholds of all seeds; empty where there are none."""
    ends = sorted({min(taken), max(taken)}) if taken else []
    return " to ".join(f"{value:g}" for value in ends)
