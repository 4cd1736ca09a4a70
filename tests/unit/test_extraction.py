"""The digest of an extracted data set."""

import os
from pathlib import Path

import numpy as np
import pytest

from methods.data.extraction import tree_digest
from methods.data.labels import write_index_png
from methods.data.voc import AUGMENTED_MASKS, split_file, voc_folder
from methods.data.voc_adapter import derived


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    voc = voc_folder(tmp_path / "tree")
    for folder in (AUGMENTED_MASKS, "JPEGImages", "ImageSets/Segmentation"):
        (voc / folder).mkdir(parents=True)
    (voc / split_file("train_aug")).write_text("a\n")
    (voc / "JPEGImages/a.jpg").write_bytes(b"an image")
    write_index_png(voc / AUGMENTED_MASKS / "a.png", np.zeros((4, 4), dtype=np.uint8))
    return tmp_path / "tree"


def test_time_of_a_file_does_not_count(tree: Path) -> None:
    before = tree_digest(tree, derived(tree))
    os.utime(voc_folder(tree) / "JPEGImages/a.jpg", (1, 1))
    assert tree_digest(tree, derived(tree)) == before


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (split_file("train_aug"), b"b\n"),
        (f"{AUGMENTED_MASKS}/a.png", None),
        ("JPEGImages/a.jpg", b"a longer image"),
        ("JPEGImages/b.jpg", b"another image"),
    ],
)
def test_digest_differs_when_a_file_does(tree: Path, file: str, content: bytes | None) -> None:
    before, path = tree_digest(tree, derived(tree)), voc_folder(tree) / file
    path.write_bytes(content or bytes(reversed(path.read_bytes())))  # reversed: of the same size
    assert tree_digest(tree, derived(tree)) != before
