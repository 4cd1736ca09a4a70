"""The dense CRF."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data.predictions import write_arrays
from methods.errors import InputError
from methods.postprocess.crf import CrfSettings, dense_crf, refine
from methods.protocols import Protocol
from methods.settings import build

SETTINGS = build(
    CrfSettings,
    {
        "iterations": 10,
        "gaussian": {"sxy": 1, "compat": 3},
        "bilateral": {"sxy": 67, "srgb": 3, "compat": 4},
    },
)


DECODER = Protocol(map="decoder", split="val", scales=(1.0,), flip=True, crf=True)
CAM = Protocol(map="cam", split="val", scales=(1.0,), flip=True, crf=True, labels="given")


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


def write_image(folder: Path, size: tuple[int, int]) -> tuple[Path, Path]:
    """An image whose right half is foreground, and its logits."""
    image, logits = folder / "photo.jpg", folder / "photo.npz"
    Image.fromarray(two_halves(*size)).save(image)
    values = np.zeros((2, 2, 4, 6), dtype=np.float32)
    values[0, 1] = np.linspace(-3, 3, 6)
    values[1] = values[0, :, :, ::-1]
    write_arrays(logits, {"scale_1": values})
    return image, logits


def test_stored_logits_are_refined_at_the_size_of_the_image(tmp_path: Path) -> None:
    labels = refine(*write_image(tmp_path, (60, 80)), DECODER, 48, SETTINGS)
    assert labels.shape == (60, 80)
    assert labels[:, 41:].all()
    assert not labels[:, :39].any()


def test_bad_logits_are_named(tmp_path: Path) -> None:
    image, logits = write_image(tmp_path, (10, 10))
    np.savez(logits, scale_1=np.full((2, 2, 4, 6), np.nan, dtype=np.float32))
    with pytest.raises(InputError, match="photo.npz: found 96 of 96 values"):
        refine(image, logits, DECODER, 48, SETTINGS)


def write_maps(path: Path, given: list[bool]) -> Path:
    """Maps of the classes 3 and 7, the latter strong in the right half."""
    maps = np.zeros((2, 2, 6, 6), dtype=np.float32)
    maps[0, 1, :, 3:] = 5
    maps[0, 0] = np.linspace(0, 1, 6)
    maps[1] = maps[0, :, :, ::-1]
    arrays = {"classes": np.array([3, 7]), "given": np.array(given), "cam_1": maps}
    write_arrays(path, arrays)
    return path


def test_maps_are_refined_against_a_background_of_what_they_leave(tmp_path: Path) -> None:
    image, _ = write_image(tmp_path, (60, 80))
    labels = refine(image, write_maps(tmp_path / "maps.npz", [False, True]), CAM, 48, SETTINGS)
    assert set(np.unique(labels)) == {0, 8}
    assert (labels[:, 42:] == 8).all()
    assert (labels[:, :38] == 0).all()


def test_image_without_a_class_is_background(tmp_path: Path) -> None:
    image, _ = write_image(tmp_path, (60, 80))
    labels = refine(image, write_maps(tmp_path / "maps.npz", [False, False]), CAM, 48, SETTINGS)
    assert labels.shape == (60, 80)
    assert not labels.any()
