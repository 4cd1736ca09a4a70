"""The lists of VOC's splits: as long as declared, and apart where they must be."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from methods.data.findings import Check
from methods.data.held_out import HELD_OUT, TRAIN_KEPT, HeldOut
from methods.data.voc import split_file
from methods.errors import InputError

TEST = "test"  # the split whose images have neither annotation nor mask


def split_faults(
    root: Path, members: Mapping[str, Sequence[str]], expected: Mapping[str, int]
) -> list[InputError]:
    """Compare the lists with their expected lengths and with each other.

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
    """Report the rules that `split_faults` enforces."""
    counts = ", ".join(f"{name} {len(ids)}" for name, ids in members.items())
    checks = [
        Check("number of images of each split", "ok", len(members), 0, counts, counts),
        Check("train is part of train_aug", "ok", len(members["train"]), 0, "all", "all"),
        Check("val is apart from train_aug", "ok", len(members["val"]), 0, "none shared", "none"),
    ]
    if TEST in members:
        name = "test is apart from train_aug and val"
        checks.append(Check(name, "ok", len(members[TEST]), 0, "none shared", "none"))
    return checks


def held_out_checks(members: Mapping[str, Sequence[str]], settings: HeldOut) -> list[Check]:
    """Report what `add_held_out` drew."""
    held_out, kept = members[HELD_OUT], members[TRAIN_KEPT]
    return [
        Check(
            f"held_out is part of {settings.split}, apart from train_kept and val",
            "ok",
            len(held_out),
            0,
            f"{settings.images} images, drawn with seed {settings.seed}",
            f"{len(held_out)} held out, {len(kept)} kept for training",
        )
    ]
