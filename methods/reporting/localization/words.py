"""Box protocols in words."""

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
ORACLE = "ORACLE: best on the scored split"
BOX_RULES = {
    "program": "one box a map, as the released program",
    "wsolevaluation": "every box of a map, as wsolevaluation",
}
CROPS = {"program": "as the released program, up to one pixel off", "exact": "exact"}
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
        return ORACLE
    if protocol.chosen_on is not None:
        return f"chosen on {protocol.chosen_on}"
    return protocol.threshold_source


def threshold(protocol: BoxProtocol) -> str:
    """The threshold where it is given, and where it comes from."""
    known = "" if protocol.threshold is None else f"{protocol.threshold:g}, "
    return f"threshold {known}{threshold_from(protocol)}"


def label(name: str, protocol: BoxProtocol) -> str:
    """A protocol in two short lines: its name, and its threshold."""
    if protocol.is_oracle:
        return f"{name}\nORACLE"
    return f"{name}\n{threshold(protocol).removeprefix('threshold ')}"


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
