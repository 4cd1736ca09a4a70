"""The colour control: strong where colour tells, weak where it does not."""

import numpy as np
import pytest

from methods.evaluation.colour import ColourClassifier, fit
from methods.evaluation.controls import all_background
from methods.evaluation.segmentation import count_pairs, scores

COLOURS = np.array([[90, 90, 90], [220, 60, 50], [40, 80, 210]])


def samples(count: int, noise: float, shuffle_colours: bool = False) -> list:
    """Squares of two classes on grey; the classes' colours are exchanged at random on demand."""
    rng = np.random.default_rng(count + int(noise))
    made = []
    for _ in range(count):
        mask = np.zeros((40, 48), dtype=np.uint8)
        mask[4:20, 4:20], mask[18:36, 26:44] = 1, 2
        mask[4, :] = 255
        order = rng.permutation([1, 2]) if shuffle_colours else (1, 2)
        colours = COLOURS[[0, *order]][np.where(mask == 255, 0, mask)]
        image = np.clip(colours + rng.normal(0, noise, colours.shape), 0, 255).astype(np.uint8)
        made.append((image, mask))
    return made


def miou(classifier: ColourClassifier, test: list) -> float:
    pairs = ((mask, classifier.predict(image)) for image, mask in test)
    return scores(count_pairs(pairs, 3).sum(axis=0)).miou


def test_distinct_colours_are_solved() -> None:
    classifier = fit(samples(12, noise=8), 3)
    assert miou(classifier, samples(5, noise=8)) > 97


def test_neighbourhood_beats_single_pixels_under_noise() -> None:
    classifier = fit(samples(12, noise=70), 3)
    assert classifier.settings.window > 1
    assert miou(classifier, samples(5, noise=70)) > 75


def test_colours_that_say_nothing_are_not_solved() -> None:
    classifier = fit(samples(12, noise=8, shuffle_colours=True), 3)
    found = miou(classifier, samples(20, noise=8, shuffle_colours=True))
    assert 50 < found < 75  # background is told apart, the two classes are not


def test_held_out_score_forecasts_the_score_on_new_images() -> None:
    classifier = fit(samples(40, noise=50), 3)
    assert classifier.held_out_miou == pytest.approx(miou(classifier, samples(20, noise=50)), abs=5)


def test_beats_all_background() -> None:
    train = samples(12, noise=70)
    pairs = ((mask, all_background(mask)) for _, mask in train)
    floor = scores(count_pairs(pairs, 3).sum(axis=0)).miou
    assert fit(train, 3).held_out_miou > floor + 20


def test_fit_does_not_depend_on_ignored_pixels() -> None:
    train = samples(6, noise=8)
    repainted = [
        (np.where((mask == 255)[..., None], 255, image).astype(np.uint8), mask)
        for image, mask in train
    ]
    one, other = (fit(data, 3) for data in (train, repainted))
    assert (one.log_likelihood == other.log_likelihood).all()


def test_label_map_covers_the_image_even_for_a_label_never_seen() -> None:
    classifier = fit(samples(6, noise=8), 4)
    labels = classifier.predict(np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8))
    assert labels.shape == (9, 7)
    assert labels.dtype == np.uint8
    assert labels.max() <= 3
