"""Images held out of training: drawn once and for all, and apart from what they must not meet."""

import pytest

from methods.data.held_out import HeldOut, add_held_out
from methods.data.splits import HELD_OUT, REST, TRAIN_KEPT
from methods.errors import InputError
from methods.settings import build

TRAIN = tuple(f"2007_{number:06d}" for number in range(40))
EXTRA = tuple(f"2008_{number:06d}" for number in range(60))
MEMBERS = {"train": TRAIN, "train_aug": tuple(sorted(TRAIN + EXTRA)), "val": ("2009_000001",)}


def hold_out(settings: HeldOut, **members: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    added = add_held_out({**MEMBERS, **members}, settings, "train_aug", "datasets.voc.held_out")
    return {name: tuple(ids) for name, ids in added.items()}


def test_derived_splits_part_what_they_come_from() -> None:
    splits = hold_out(HeldOut("train", 12, 3))
    assert {name: splits[name] for name in MEMBERS} == MEMBERS
    held_out, kept, rest = splits[HELD_OUT], splits[TRAIN_KEPT], splits[REST]
    assert len(held_out) == 12
    assert list(held_out) == sorted(held_out)
    assert set(held_out) < set(TRAIN)
    assert not set(held_out) & set(kept)
    assert not set(held_out) & set(splits["val"])
    assert set(held_out) | set(kept) == set(MEMBERS["train_aug"])
    assert list(rest) == sorted(set(TRAIN).difference(held_out))
    assert list(kept) == [name for name in MEMBERS["train_aug"] if name in kept]


def test_the_draw_depends_on_seed_and_ids_alone() -> None:
    drawn = hold_out(HeldOut("train", 12, 3))[HELD_OUT]
    assert hold_out(HeldOut("train", 12, 3))[HELD_OUT] == drawn
    assert hold_out(HeldOut("train", 12, 3), train=TRAIN[::-1])[HELD_OUT] == drawn
    assert hold_out(HeldOut("train", 12, 4))[HELD_OUT] != drawn
    # Written down once: another draw would change which checkpoint a finished run had chosen.
    assert hold_out(HeldOut("train", 3, 0))[HELD_OUT] == (
        "2007_000020",
        "2007_000024",
        "2007_000032",
    )


def test_it_can_be_drawn_from_the_whole_training_set() -> None:
    splits = hold_out(HeldOut("train_aug", 99, 3))
    assert len(splits[HELD_OUT]) == 99
    assert len(splits[TRAIN_KEPT]) == 1
    assert splits[REST] == splits[TRAIN_KEPT]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (HeldOut("train", 40, 3), "found 40 images to hold out of the 40 of 'train'"),
        (HeldOut("trian", 4, 3), "found 4 images to hold out of the 0 of 'trian'"),
        (HeldOut("val", 1, 3), "found the split 'val' with 2009_000001, which is not in train_aug"),
    ],
)
def test_what_cannot_be_held_out_is_refused(settings: HeldOut, found: str) -> None:
    with pytest.raises(InputError, match=rf"datasets\.voc\.held_out: {found}"):
        hold_out(settings)


def test_settings_are_those_of_an_experiment_file() -> None:
    values = {"split": "train", "images": 12, "seed": 3}
    assert build(HeldOut, values) == HeldOut("train", 12, 3)
