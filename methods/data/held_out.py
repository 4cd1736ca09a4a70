"""A part of the training images on which a checkpoint may be chosen, since val is for scoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from methods.data.splits import HELD_OUT, REST, TRAIN_KEPT
from methods.errors import InputError


@dataclass(frozen=True)
class HeldOut:
    """What to hold out, as `datasets.<name>.held_out` of an experiment file gives it."""

    split: str  # that the images are drawn from
    images: int
    seed: int


def add_held_out(
    members: Mapping[str, Sequence[str]], settings: HeldOut, training: str, where: str
) -> dict[str, Sequence[str]]:
    """Return the splits and three more, `held_out`, `train_kept` and `rest`.

    Args:
        members: ids of each split; `training` and the split that is drawn from are among them.
        settings: what to hold out. The draw depends on the seed and on which ids the split holds,
            not on their order.
        training: name of the split that `train_kept` is, without the held-out images.
        where: how to name the settings in an error.

    Raises:
        InputError: the split does not exist, has too few images, or is no part of `training`.
    """
    training_ids = members[training]
    drawable = sorted(members.get(settings.split, ()))
    if outside := sorted(set(drawable).difference(training_ids)):
        raise InputError(
            where,
            f"the split {settings.split!r} with {outside[0]}, which is not in {training}",
            f"{training} or a part of it",
            "draw from images that training would see",
        )
    if settings.images >= len(drawable):
        raise InputError(
            where,
            f"{settings.images} images to hold out of the {len(drawable)} of {settings.split!r}",
            "fewer than the split has",
            "hold out less, or correct the split's name",
        )
    rng = np.random.default_rng(settings.seed)
    drawn = rng.choice(len(drawable), settings.images, replace=False)
    held_out = tuple(drawable[position] for position in sorted(drawn))
    taken = frozenset(held_out)
    return {
        **members,
        HELD_OUT: held_out,
        TRAIN_KEPT: tuple(image_id for image_id in training_ids if image_id not in taken),
        REST: tuple(image_id for image_id in drawable if image_id not in taken),
    }
