"""The boxes of a split at every threshold: one file, and an index that proves it is whole."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import boxes_every_region
from methods.data.files import atomic_path, read_fields, sha256, unreadable, write_json
from methods.errors import InputError

_FILE = "boxes.npz"  # beside the index
_INDEX = {"split": str, "expected": int, "covered": int, "source": dict, "sha256": str}
_ARRAYS = ("ids", "thresholds", "boxes", "starts", "constant")


@dataclass(frozen=True)
class BoxSet:
    """Boxes of two maps an image (of the predicted and of the true class), at T thresholds.

    Attributes:
        split: name of the split.
        expected: n, number of images of the split.
        source: the protocol: checkpoint, settings of the inference and `box`, the rule.
        ids: of the images, in the order of the split.
        thresholds: float64 (T,), ascending shares of the largest value of a map.
        boxes: int16 (K, 4) x1, y1, x2, y2, pixels of the crop, the largest of a map first.
        starts: int64 (n * 2 * T + 1,), the first box of each image, map and threshold, in this
            order, and K behind them.
        constant: bool (n, 2), maps of a single value.
    """

    split: str
    expected: int
    source: Mapping[str, Any]
    ids: tuple[str, ...]
    thresholds: NDArray[np.float64]
    boxes: NDArray[np.int16]
    starts: NDArray[np.int64]
    constant: NDArray[np.bool_]

    @property
    def rule(self) -> str:
        """How the boxes are found."""
        return str(self.source["box"])

    @property
    def every_region(self) -> bool:
        """Whether every region of a map has a box, whose ends are pixels of it."""
        return boxes_every_region(self.rule)

    def require(self, ids: Sequence[str], index: Path) -> None:
        """Check that the boxes are those of exactly these images, in this order.

        Raises:
            InputError: an image has no box, or a box belongs to no image.
        """
        if self.ids != tuple(ids):
            missing = sorted(set(ids) - set(self.ids))
            found = (
                f"no box of {len(missing)} images, such as {missing[0]}"
                if missing
                else f"boxes of {len(self.ids)} images, or in another order"
            )
            raise _void(index, found, f"boxes of the {len(ids)} images of {self.split}, in order")

    def position(self, threshold: float, index: Path) -> int:
        """Where a threshold stands among the T.

        Raises:
            InputError: it is not among them.
        """
        places = np.flatnonzero(np.isclose(self.thresholds, threshold, rtol=0, atol=1e-9))
        if len(places) != 1:
            raise _void(index, f"no boxes at the threshold {threshold}", "boxes at that threshold")
        return int(places[0])


def collect(
    *,
    split: str,
    expected: int,
    source: Mapping[str, Any],
    ids: Iterable[str],
    thresholds: Sequence[float],
    found: Iterable[tuple[NDArray[np.int16], NDArray[np.int64], NDArray[np.bool_]]],
) -> BoxSet:
    """Put the boxes of the images of a split together.

    Args:
        split: name of the split.
        expected: number of its images.
        source: the protocol.
        ids: of the images.
        thresholds: T shares of the largest value of a map.
        found: of each image, the boxes int16 (k, 4), their counts int64 (2, T) and the constant
            maps bool (2,).
    """
    boxes, counts, constant = zip(*found, strict=True)
    starts = np.concatenate([[0], np.concatenate([count.ravel() for count in counts]).cumsum()])
    return BoxSet(
        split=split,
        expected=expected,
        source=dict(source),
        ids=tuple(ids),
        thresholds=np.array(thresholds, dtype=np.float64),
        boxes=np.concatenate(boxes),
        starts=starts,
        constant=np.stack(constant),
    )


def write_box_set(path: Path, boxes: BoxSet) -> None:
    """Write `boxes.npz` and beside it the index, which holds its digest.

    Args:
        path: of the index.
        boxes: what to write.

    Raises:
        InputError: an image is missing or occurs twice, or a file cannot be written.
    """
    _check(path, boxes)
    arrays = path.with_name(_FILE)
    with atomic_path(arrays) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            ids=np.array(boxes.ids),
            thresholds=boxes.thresholds,
            boxes=boxes.boxes,
            starts=boxes.starts,
            constant=boxes.constant,
        )
    document = {
        "split": boxes.split,
        "expected": boxes.expected,
        "covered": len(boxes.ids),
        "source": dict(boxes.source),
        "sha256": sha256(arrays),
    }
    write_json(path, document)


def read_box_set(path: Path) -> BoxSet:
    """Read the index of boxes, and the boxes beside it.

    Raises:
        InputError: a file is missing or broken, the boxes are not those of the index, or cover
            less than the whole split.
    """
    index = read_fields(path, _INDEX)
    arrays = path.with_name(_FILE)
    found = sha256(arrays)
    if found != index["sha256"]:
        raise _void(path, f"sha256 {found} of {_FILE} beside it", index["sha256"])
    try:
        with np.load(arrays) as archive:
            held = {key: archive[key] for key in _ARRAYS}
    except OSError as error:
        raise unreadable(arrays, error) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise _void(path, f"no boxes in {_FILE}", f"the arrays {', '.join(_ARRAYS)}") from error
    ids = tuple(held.pop("ids").tolist())
    boxes = BoxSet(index["split"], index["expected"], index["source"], ids, **held)
    _check(path, boxes)
    return boxes


def _check(path: Path, boxes: BoxSet) -> None:
    images, cells = len(boxes.ids), len(boxes.ids) * 2 * len(boxes.thresholds)
    if not images == len(set(boxes.ids)) == boxes.expected:
        found = f"boxes of {len(set(boxes.ids))} images in {images} entries"
        raise _void(path, found, f"one entry of each of the {boxes.expected} of {boxes.split}")
    if "box" not in boxes.source:
        raise _void(path, "no rule `box` in its source", "the rule that made the boxes")
    shapes = (boxes.boxes.shape[1:], boxes.starts.shape, boxes.constant.shape)
    expected = ((4,), (cells + 1,), (images, 2))
    if shapes != expected:
        raise _void(path, f"arrays of shapes {shapes}", f"{expected}")
    whole = boxes.starts[0] == 0 and boxes.starts[-1] == len(boxes.boxes)
    if not whole or (np.diff(boxes.starts) < 1).any():
        found = "a map without a box at a threshold"
        raise _void(path, found, "at least one box of every map and threshold")


def _void(path: Path, found: str, expected: str) -> InputError:
    remedy = f"delete {path} and report.html and run again, which finds the boxes again"
    return InputError(path, found, expected, remedy)
