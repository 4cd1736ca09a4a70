"""How many classes, images and masks the published data sets hold.

Sources: the development kit of VOC 2012 and the release of SBD, whose 8,498 images to train on and
2,857 to test on are 11,355; the README of CUB-200-2011; of CUBV2, Choe et al. (CVPR 2020); the
annotations of COCO 2014, where 82,081 of 82,783 and 40,137 of 40,504 images have one; ILSVRC 2012.
train_aug is VOC's train and all of SBD without VOC's val; it and val have a mask each.
"""

from collections.abc import Collection, Iterator
from os import PathLike

from methods.data.findings import Check, Counts, summary
from methods.data.formats import Format
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

SBD_MASKS = "masks of SBD"  # benchmark_RELEASE/dataset/cls/*.mat
AUGMENTED = "augmented masks"  # SegmentationClassAug/*.png

PUBLISHED: dict[Format, Counts] = {
    "voc": Counts(
        classes=20,
        images=17_125,
        splits={"train": 1_464, "train_aug": 10_582, "val": 1_449, "test": 1_456},
        masks={SBD_MASKS: 11_355, AUGMENTED: 12_031},
    ),
    "coco": Counts(classes=80, images=123_287, splits={"train": 82_081, "val": 40_137}),
    "cub": Counts(
        classes=200, images=11_788, splits={"train": 5_994, "test": 5_794, "cubv2": 1_000}
    ),
    "ilsvrc": Counts(classes=1_000, images=1_331_167, splits={"train": 1_281_167, "val": 50_000}),
}
# Images of archives that a data set may do without, by the split that needs them.
_FURTHER_IMAGES: dict[tuple[Format, str], int] = {("voc", "test"): 16_135, ("cub", "cubv2"): 1_000}


def published_counts(format: Format, splits: Collection[str]) -> Counts:
    """Return the published numbers of a data set with these splits; of others nothing is said."""
    known = PUBLISHED[format]
    further = sum(_FURTHER_IMAGES.get((format, split), 0) for split in splits)
    named = {name: count for name, count in known.splits.items() if name in splits}
    return Counts(known.classes, known.images + further, named, known.masks)


def differing(found: Counts, expected: Counts) -> Iterator[tuple[str, int, int]]:
    """Yield what it is, how many there are and how many there should be, wherever these differ.

    Splits and masks that `expected` does not name are free.
    """
    have = _numbers(found)
    for name, count in _numbers(expected).items():
        if have.get(name, 0) != count:
            yield name, have.get(name, 0), count


def published_check(root: str | PathLike[str], found: Counts, expected: Counts) -> Check:
    """Hold what a data set was found to hold to the published numbers.

    Args:
        root: the folder of the data set, for the sentence.
        found: by the check of the data set.
        expected: as `published_counts` returns them.

    Raises:
        InputError: a number is another; it tells the first one and how many there are.
    """
    remedy = f"{EXTRACT_AGAIN}, or take archives of your own as `source: local`"
    faults = [
        InputError(root, f"{have} {name}", f"{want} as published", remedy)
        for name, have, want in differing(found, expected)
    ]
    if faults:
        raise summary(root, faults)
    numbers = _numbers(expected)
    text = ", ".join(f"{count} {name}" for name, count in numbers.items())
    return Check("the numbers are the published ones", "ok", len(numbers), 0, text, text)


def _numbers(counts: Counts) -> dict[str, int]:
    """Every number by what it counts."""
    splits = {f"images of {name}": count for name, count in counts.splits.items()}
    return {"classes": counts.classes, "images": counts.images, **splits, **counts.masks}
