"""Box protocols: how stored maps become the boxes and numbers of a localization run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from methods.settings import build

# program: the box of the largest region alone, half-open; wsolevaluation: see `boxes_every_region`
BoxRule = Literal["program", "wsolevaluation"]
Crop = Literal["program", "exact"]
Several = Literal["last", "best"]

# Thresholds at which boxes are found whatever a run states: shares of the largest value of a map.
GRID = tuple(step / 100 for step in range(100))
APART = 1e-6  # nearer thresholds are not told apart where the boxes are read


@dataclass(frozen=True)
class BoxProtocol:
    """One entry of a localization run's block `protocols`."""

    split: str  # the images that are scored
    box: BoxRule
    crop: Crop  # where true boxes lie in the crop: as published (one pixel off), or exactly
    gt_known: Literal["predicted", "labelled"]  # the class whose map makes the box of GT-known
    several: Several  # of an image with several true boxes: the last one, or the best one
    # published, fixed, or the split by whose boxes the threshold is chosen
    threshold_source: str
    threshold: float | None = None  # share of the largest value of a map; None: it is chosen

    @property
    def chosen_on(self) -> str | None:
        """The split whose boxes choose the threshold; None where it is given."""
        return self.threshold_source if self.threshold is None else None

    @property
    def splits_read(self) -> list[str]:
        """The splits whose boxes it reads: that of its threshold, where one is chosen, first."""
        return [split for split in (self.chosen_on, self.split) if split is not None]

    @property
    def is_oracle(self) -> bool:
        """Whether the threshold is the best one on the images that are scored."""
        return self.chosen_on == self.split


def boxes_every_region(rule: str) -> bool:
    """Whether a box rule makes a box of every region, whose ends are pixels of it.

    That is the evaluation of Choe et al. (CVPR 2020). The largest region's box is the one that is
    scored; MaxBoxAccV2 alone takes whichever fits best.
    """
    return rule == "wsolevaluation"


def read_box_protocols(run: Mapping[str, Any]) -> dict[str, BoxProtocol]:
    """The protocols of a localization run's block by name, in the order of the file."""
    return {name: build(BoxProtocol, values) for name, values in run["protocols"].items()}


def beyond_grid(run: Mapping[str, Any]) -> tuple[float, ...]:
    """Thresholds that a run's protocols state and the grid lacks, ascending."""
    stated = {protocol.threshold for protocol in read_box_protocols(run).values()} - {*GRID}
    return tuple(sorted(threshold for threshold in stated if threshold is not None))
