"""The lists of the splits: as long as declared, and apart where they must be."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from methods.data.findings import Check
from methods.data.held_out import HeldOut
from methods.data.splits import HELD_OUT, REST, TEST, TRAIN_KEPT, overlap
from methods.data.voc import split_file
from methods.errors import InputError


def split_faults(
    root: Path, members: Mapping[str, Sequence[str]], expected: Mapping[str, int]
) -> list[InputError]:
    """Compare VOC's lists with their expected lengths and with each other.

    Args:
        root: the VOC 2012 folder.
        members: ids of train, train_aug, val and any further split.
        expected: number of ids of each.
    """
    faults = [
        InputError(
            root / split_file(name),
            f"{len(ids)} ids",
            f"{expected[name]}",
            "extract the archives again, or correct `splits` in the experiment",
        )
        for name, ids in members.items()
        if len(ids) != expected[name]
    ]
    train, train_aug = frozenset(members["train"]), frozenset(members["train_aug"])
    if missing := sorted(train - train_aug):
        faults.append(
            InputError(
                root / split_file("train_aug"),
                f"{len(missing)} ids of train missing, such as {missing[0]}",
                "every id of train",
                "derive train_aug again",
            )
        )
    val_alone = "none, since val is for evaluation alone"
    test_alone = "none, since nothing may be chosen or trained on test"
    for listed, other, reason, remedy in (
        ("train_aug", "val", val_alone, "derive train_aug again"),
        ("train_aug", TEST, test_alone, "check that the archives belong together"),
        ("val", TEST, test_alone, "check that the archives belong together"),
    ):
        if shared := sorted(set(members[listed]).intersection(members.get(other, ()))):
            found = f"{len(shared)} ids of {other}, such as {shared[0]}"
            faults.append(InputError(root / split_file(listed), found, reason, remedy))
    return faults


def split_checks(members: Mapping[str, Sequence[str]]) -> list[Check]:
    """Report what `split_faults` compares; that splits are apart, `apart_check` reports."""
    counts = ", ".join(f"{name} {len(ids)}" for name, ids in members.items())
    return [
        Check("number of images of each split", "ok", len(members), 0, counts, counts),
        Check("train is part of train_aug", "ok", len(members["train"]), 0, "all", "all"),
    ]


def apart_check(
    root: Path, format: str, members: Mapping[str, Sequence[str]], held_out: HeldOut | None
) -> Check:
    """Hold the lists to `methods.data.splits.overlap`, on which the checks of a run rest.

    Args:
        root: the folder of the data set.
        format: of the data set.
        members: ids of each split, derived ones included.
        held_out: what was held out.

    Raises:
        InputError: two splits that are apart by the format share an image.
    """
    source = held_out.split if held_out else None
    pairs = [
        (first, second)
        for first, second in combinations(members, 2)
        if not overlap(format, source, first, second)
    ]
    for first, second in pairs:
        if shared := sorted(set(members[first]).intersection(members[second])):
            raise InputError(
                root,
                f"{len(shared)} images of {first} in {second} as well, such as {shared[0]}",
                "none, since what is scored is not trained or chosen on",
                "check that the archives belong together",
            )
    found = ", ".join(f"{first} and {second}" for first, second in pairs)
    return Check("splits that are apart share no image", "ok", len(pairs), 0, "none shared", found)


def held_out_checks(members: Mapping[str, Sequence[str]], settings: HeldOut) -> list[Check]:
    """Report what `add_held_out` drew."""
    held_out, kept, rest = members[HELD_OUT], members[TRAIN_KEPT], members[REST]
    return [
        Check(
            f"held_out is part of {settings.split}, apart from train_kept, rest and val",
            "ok",
            len(held_out),
            0,
            f"{settings.images} images, drawn with seed {settings.seed}",
            f"{len(held_out)} held out, {len(kept)} kept for training,"
            f" {len(rest)} left of {settings.split}",
        )
    ]
