"""Indexed folders of predictions: nothing missing, nothing broken."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.data.labels import read_label_png
from methods.data.predictions import (
    PredictionItem,
    read_arrays,
    read_predictions,
    write_arrays,
    write_index,
    write_label_maps,
)
from methods.errors import InputError

IDS = ("2012_000001", "2012_000002", "2012_000003")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    items = []
    for number, name in enumerate(IDS):
        write_arrays(tmp_path / f"logits/{name}.npz", {"scale_1": np.full((2, 3, 4, 5), number)})
        items.append(PredictionItem(name, f"logits/{name}.npz", 40, 50))
    path = tmp_path / "index.json"
    write_index(path, split="val", expected=3, source={"checkpoint": "abc"}, items=items)
    return path


def rewrite(path: Path, change: object) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_index_survives_the_disk(index: Path) -> None:
    found = read_predictions(index)
    assert [item.id for item in found.items] == list(IDS)
    assert (found.split, found.expected, found.source) == ("val", 3, {"checkpoint": "abc"})
    assert json.loads(index.read_text())["covered"] == 3
    arrays = read_arrays(found.path(found.items[2]), ["scale_1"])
    assert arrays["scale_1"].shape == (2, 3, 4, 5)
    assert (arrays["scale_1"] == 2).all()


def test_incomplete_index_is_refused(index: Path) -> None:
    rewrite(index, lambda document: document["items"].pop())
    with pytest.raises(InputError, match="index.json: found 2 results .* 3 images of val"):
        read_predictions(index)


def test_image_that_occurs_twice_does_not_count_as_coverage(index: Path) -> None:
    def repeat(document: dict[str, list[object]]) -> None:
        document["items"][2] = document["items"][0]

    rewrite(index, repeat)
    with pytest.raises(InputError, match="3 results of 2 images"):
        read_predictions(index)


def test_incomplete_index_is_not_even_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found 0 results"):
        write_index(tmp_path / "index.json", split="val", expected=1, source={}, items=[])
    assert not (tmp_path / "index.json").exists()


def test_missing_file_is_named(index: Path) -> None:
    (index.parent / "logits/2012_000002.npz").unlink()
    with pytest.raises(InputError, match="no file logits/2012_000002.npz"):
        read_predictions(index)


def test_index_of_other_images_is_refused(index: Path) -> None:
    found = read_predictions(index)
    found.require(reversed(IDS))
    with pytest.raises(InputError, match="no result of 1 images, such as 2012_000009"):
        found.require([*IDS, "2012_000009"])
    with pytest.raises(InputError, match="a result of 1 images, such as 2012_000003"):
        found.require(IDS[:2])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_non_finite_logits_are_refused(tmp_path: Path, value: float) -> None:
    logits = np.zeros((2, 3, 4, 5), dtype=np.float32)
    logits[1, 2, 3, 4] = value
    path = tmp_path / "bad.npz"
    with pytest.raises(InputError, match="bad.npz: found 1 of 120 values of scale_1 NaN"):
        write_arrays(path, {"scale_1": logits})
    assert not path.exists()
    np.savez(path, scale_1=logits)
    with pytest.raises(InputError, match="bad.npz: found 1 of 120 values of scale_1 NaN"):
        read_arrays(path, ["scale_1"])


def test_missing_scale_is_named(index: Path) -> None:
    with pytest.raises(InputError, match="found arrays scale_1, expected scale_1.5"):
        read_arrays(index.parent / "logits/2012_000001.npz", ["scale_1", "scale_1.5"])


def test_broken_and_absent_archives_are_named(index: Path) -> None:
    path = index.parent / "logits/2012_000001.npz"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="2012_000001.npz: found bytes that are no .npz"):
        read_arrays(path, ["scale_1"])
    path.unlink()
    with pytest.raises(InputError, match="no such file"):
        read_arrays(path, ["scale_1"])


def test_equal_arrays_make_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_arrays(tmp_path / f"{name}.npz", {"x": np.arange(6.0), "y": np.ones(3)})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_changed_result_is_named_where_it_is_read(index: Path) -> None:
    found = read_predictions(index)
    path = index.parent / found.items[1].file
    write_arrays(path, {"scale_1": np.zeros((2, 3, 4, 5))})
    with pytest.raises(InputError, match=r"2012_000002\.npz: found sha256 \w{64}, expected \w{64}"):
        found.path(found.items[1])
    assert found.path(found.items[0]).is_file()


def test_index_differs_when_a_result_does(index: Path) -> None:
    before = index.read_bytes()
    found = read_predictions(index)
    arguments = {"split": "val", "expected": 3, "source": found.source, "items": found.items}
    write_index(index, **arguments)
    assert index.read_bytes() == before
    write_arrays(index.parent / found.items[0].file, {"scale_1": np.ones((2, 3, 4, 5))})
    write_index(index, **arguments)
    assert index.read_bytes() != before


def test_label_maps_lie_beside_their_index(index: Path, tmp_path: Path) -> None:
    items = read_predictions(index).items
    labels = [np.full((40, 50), number, dtype=np.uint8) for number in range(3)]
    path = tmp_path / "raw/index.json"
    write_label_maps(
        path, split="val", expected=3, source={"flip": True}, maps=zip(items, labels, strict=True)
    )
    written = read_predictions(path)
    assert [item.id for item in written.items] == list(IDS)
    for item, values in zip(written.items, labels, strict=True):
        assert (read_label_png(written.path(item), 2, (item.height, item.width)) == values).all()


def test_label_maps_of_a_part_of_the_split_get_no_index(index: Path, tmp_path: Path) -> None:
    items = read_predictions(index).items
    labels = np.zeros((40, 50), dtype=np.uint8)
    path = tmp_path / "raw/index.json"
    with pytest.raises(InputError, match="found 1 results"):
        write_label_maps(path, split="val", expected=3, source={}, maps=[(items[0], labels)])
    assert not path.exists()


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"split": "val", "expected": 1, "source": {}, "items": [{"id": "a"}]},
        {"split": "val", "expected": "1", "source": {}, "items": []},
        {"split": "val", "expected": 1, "source": {}, "items": ["a"]},
    ],
)
def test_foreign_index_is_one_sentence(tmp_path: Path, document: object) -> None:
    path = tmp_path / "index.json"
    path.write_text(json.dumps(document))
    with pytest.raises(
        InputError, match=r"index\.json: found .*; delete it and report.html, so that"
    ):
        read_predictions(path)


def test_refusals_name_the_file_to_delete(index: Path) -> None:
    found = read_predictions(index)
    path = index.parent / found.items[0].file
    path.write_bytes(b"other")
    with pytest.raises(InputError, match=rf"delete {index} and report.html and run again"):
        found.path(found.items[0])
    with pytest.raises(InputError, match=rf"delete {index} and report.html and run again"):
        read_arrays(path, ["scale_1"])
