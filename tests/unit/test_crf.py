"""The dense CRF, and its run over many images."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_info

from methods.data.predictions import write_arrays
from methods.errors import InputError
from methods.postprocess.crf import CrfJob, CrfSettings, dense_crf, refine
from methods.postprocess.workers import map_in_order
from methods.settings import build

SETTINGS = build(
    CrfSettings,
    {
        "iterations": 10,
        "gaussian": {"sxy": 1, "compat": 3},
        "bilateral": {"sxy": 67, "srgb": 3, "compat": 4},
    },
)


def two_halves(height: int = 30, width: int = 40) -> np.ndarray:
    image = np.full((height, width, 3), 40, dtype=np.uint8)
    image[:, width // 2 :] = 200
    return image


def test_boundary_moves_to_the_edge_of_the_image() -> None:
    image = two_halves()
    probabilities = np.full((2, 30, 40), 0.3, dtype=np.float32)
    probabilities[0, :, :16], probabilities[1, :, 16:] = 0.7, 0.7  # four columns too far left
    labels, marginals = dense_crf(image, probabilities, SETTINGS)
    expected = np.zeros((30, 40), dtype=np.uint8)
    expected[:, 20:] = 1
    assert (labels == expected).all()
    assert labels.dtype == np.uint8
    assert np.allclose(marginals.sum(axis=0), 1, atol=1e-5)
    assert (marginals.argmax(axis=0) == labels).all()


def test_other_size_is_refused() -> None:
    probabilities = np.full((2, 40, 30), 0.5, dtype=np.float32)
    with pytest.raises(InputError, match=r"photo.jpg: found an image of shape \(30, 40, 3\)"):
        dense_crf(two_halves(), probabilities, SETTINGS, where="photo.jpg")


def test_non_finite_probabilities_are_refused() -> None:
    probabilities = np.full((2, 30, 40), 0.5, dtype=np.float32)
    probabilities[1, 2, 3] = np.nan
    with pytest.raises(InputError, match="photo.jpg: found NaN"):
        dense_crf(two_halves(), probabilities, SETTINGS, where="photo.jpg")


def write_jobs(folder: Path, sizes: list[tuple[int, int]]) -> list[CrfJob]:
    """Images whose right half is foreground, of different sizes."""
    jobs = []
    for number, size in enumerate(sizes):
        job = CrfJob(folder / f"{number}.jpg", folder / f"{number}.npz", (1.0,))
        Image.fromarray(two_halves(*size)).save(job.image)
        logits = np.zeros((2, 2, 4, 6), dtype=np.float32)
        logits[0, 1] = np.linspace(-3, 3, 6)
        logits[1] = logits[0, :, :, ::-1]
        write_arrays(job.logits, {"scale_1": logits})
        jobs.append(job)
    return jobs


def test_results_come_in_the_order_of_the_images(tmp_path: Path) -> None:
    sizes = [(60, 80), (8, 12), (30, 40), (10, 10), (20, 10), (12, 16), (8, 8)]
    results = list(refine(write_jobs(tmp_path, sizes), SETTINGS, threads=2))
    assert [labels.shape for labels in results] == sizes
    assert results[0][:, 41:].all()
    assert not results[0][:, :39].any()


def test_number_of_processes_does_not_change_the_result(tmp_path: Path) -> None:
    jobs = write_jobs(tmp_path, [(20, 30), (24, 18)])
    one, two = (list(refine(jobs, SETTINGS, threads)) for threads in (1, 2))
    assert all((a == b).all() for a, b in zip(one, two, strict=True))


def test_bad_logits_stop_everything_and_are_named(tmp_path: Path) -> None:
    jobs = write_jobs(tmp_path, [(10, 10)] * 4)
    np.savez(jobs[2].logits, scale_1=np.full((2, 2, 4, 6), np.nan, dtype=np.float32))
    with pytest.raises(InputError, match="2.npz: found 96 of 96 values"):
        list(refine(jobs, SETTINGS, threads=2))


def _process_and_threads(_: int) -> tuple[int, list[int]]:
    return os.getpid(), [int(pool["num_threads"]) for pool in threadpool_info()]


def test_every_worker_computes_with_one_thread() -> None:
    results = list(map_in_order(_process_and_threads, range(4), workers=2))
    assert os.getpid() not in {process for process, _ in results}
    assert {count for _, counts in results for count in counts} == {1}


def _fail_on_three(number: int) -> int:
    if number == 3:
        raise ZeroDivisionError("three")
    return number


def test_exception_of_a_worker_reaches_the_caller() -> None:
    seen = []
    results = map_in_order(_fail_on_three, range(100), workers=2)
    with pytest.raises(ZeroDivisionError, match="three"):
        seen.extend(results)
    assert seen == [0, 1, 2]


def test_items_are_drawn_only_as_they_are_needed() -> None:
    drawn = []

    def items() -> object:
        for number in range(50):
            drawn.append(number)
            yield number

    results = map_in_order(_fail_on_three, items(), workers=2)
    assert next(results) == 0
    assert len(drawn) <= 6
    results.close()
