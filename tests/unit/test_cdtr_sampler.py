"""Repeated augmentation: which images an epoch of CDTR shows, and to which process."""

from dataclasses import replace

import pytest

from methods.cdtr.epochs import EpochPlan
from methods.cdtr.repeated import RepeatedBatches, drawn
from methods.errors import InputError
from methods.training.dataset import Draw

PUBLISHED = EpochPlan(images=5994, repeats=3, round_to=256, processes=4, batch_size=128)
EARLIER = replace(PUBLISHED, processes=1, batch_size=32)
SMALL = EpochPlan(images=11, repeats=3, round_to=4, processes=2, batch_size=2)


def positions(batches: list[list[Draw]]) -> list[list[int]]:
    return [[position for position, _ in batch] for batch in batches]


def test_an_epoch_of_the_published_run() -> None:
    assert PUBLISHED.draws == 1472
    assert PUBLISHED.iterations == 11
    assert PUBLISHED.shown == 5632
    assert PUBLISHED.distinct == 1878


def test_images_of_the_published_run_grow_to_all_of_them() -> None:
    sampler = RepeatedBatches(PUBLISHED, epochs=110, set_epoch=True, seed=0)
    assert sampler.distinct_after({1, 3, 6, 11, 110}) == {
        1: PUBLISHED.distinct,
        3: 4039,
        6: 5347,
        11: 5898,
        110: 5994,
    }


def test_an_earlier_run_saw_one_third_of_the_images() -> None:
    assert EARLIER.iterations == 184
    assert EARLIER.distinct == 1963
    sampler = RepeatedBatches(EARLIER, epochs=50, set_epoch=False, seed=0)
    assert sampler.distinct_after({1, 50}) == {1: 1963, 50: 1963}
    moving = RepeatedBatches(EARLIER, epochs=50, set_epoch=True, seed=0)
    assert moving.distinct_after({1, 50}) == {1: 1963, 50: 5994}


def test_every_image_comes_three_times_in_a_row_and_processes_take_turns() -> None:
    first, second = drawn(SMALL, seed=7).tolist()
    assert len(first) == len(second) == 4
    order = [image for pair in zip(first, second, strict=True) for image in pair]
    assert order[0] == order[1] == order[2] != order[3]
    assert order[3] == order[4] == order[5] != order[6]
    assert order[6] == order[7]


def test_without_repeats_an_epoch_shows_each_image_once() -> None:
    once = replace(SMALL, repeats=1)
    assert once.distinct == len(set(drawn(once, seed=0).flatten().tolist())) == 8


def test_batches_of_an_iteration_belong_to_the_processes_in_turn() -> None:
    sampler = RepeatedBatches(SMALL, epochs=3, set_epoch=True, seed=0)
    batches = positions(list(sampler))
    assert len(batches) == len(sampler) == 3 * 2 * 2
    for epoch in range(3):
        first, second = drawn(SMALL, epoch).tolist()
        of_epoch = batches[4 * epoch : 4 * epoch + 4]
        assert of_epoch == [first[:2], second[:2], first[2:], second[2:]]


def test_a_frozen_sampler_repeats_its_images_but_not_its_views() -> None:
    batches = list(RepeatedBatches(SMALL, epochs=3, set_epoch=False, seed=0))
    assert positions(batches[:4]) == positions(batches[4:8]) == positions(batches[8:])
    seeds = [seed for batch in batches for _, seed in batch]
    assert len(set(seeds)) == len(seeds) == 24


def test_what_does_not_fill_a_batch_is_left_out() -> None:
    plan = replace(SMALL, batch_size=3)
    assert plan.iterations == 1
    batches = positions(list(RepeatedBatches(plan, epochs=1, set_epoch=True, seed=0)))
    assert batches == [process[:3] for process in drawn(plan, 0).tolist()]


def test_the_seed_changes_views_alone() -> None:
    def draw(seed: int) -> list[list[Draw]]:
        return list(RepeatedBatches(SMALL, epochs=2, set_epoch=True, seed=seed))

    assert draw(0) == draw(0) != draw(1)
    assert positions(draw(0)) == positions(draw(1))


@pytest.mark.parametrize(("processes", "batch_size"), [(2, 5), (5, 2), (9, 1)])
def test_an_epoch_without_an_iteration_is_refused(processes: int, batch_size: int) -> None:
    plan = replace(SMALL, processes=processes, batch_size=batch_size)
    with pytest.raises(
        InputError,
        match=rf"11 images, \d draws of a process in an epoch, expected at least one batch of"
        rf" {batch_size}; lower batch_size, emulate_processes or sampler\.round_to\.",
    ):
        RepeatedBatches(plan, epochs=1, set_epoch=True, seed=0)
