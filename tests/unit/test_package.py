"""The package for the evaluation server: whole, valid and the same bytes each time, or absent."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data.files import read_json, sha256
from methods.data.image_index import ImageRecord, read_index
from methods.data.labels import encode_label_png, voc_palette, write_index_png, write_label_png
from methods.data.manifest import write_index
from methods.data.predictions import PredictionItem, read_predictions, write_label_maps
from methods.errors import InputError
from methods.submission.package import check_tar, label_file, read_package, write_package

NUM_CLASSES = 3
SIZES = {"2008_000006": (20, 30), "2008_000011": (24, 18), "2011_000001": (16, 16)}
CLASSES = ("aeroplane", "bicycle", "bird")


def label_map(image_id: str) -> np.ndarray:
    rng = np.random.default_rng(int(image_id[-2:]))
    return rng.integers(0, NUM_CLASSES + 1, SIZES[image_id], dtype=np.uint8)


def make_labels(folder: Path, maps: dict[str, np.ndarray] | None = None) -> Path:
    """Write the label maps of the split as a run leaves them; return their index."""
    maps = {image_id: label_map(image_id) for image_id in SIZES} | (maps or {})
    items = [(PredictionItem(name, "", *SIZES[name]), maps[name]) for name in SIZES]
    index = folder / "crf/test.crf/index.json"
    write_label_maps(index, split="test", expected=len(items), source={}, maps=items)
    return index


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return make_labels(tmp_path)


@pytest.fixture
def records(tmp_path: Path) -> list[ImageRecord]:
    """The images as the data set's index.csv lists them, beside one of another split."""
    row = {"mode": "RGB", "labels": ""}
    rows = [
        {
            **row,
            "id": name,
            "image": f"{name}.jpg",
            "height": height,
            "width": width,
            "splits": "test",
        }
        for name, (height, width) in SIZES.items()
    ]
    rows.append({**rows[0], "id": "2007_000032", "splits": "train|train_aug"})
    write_index(tmp_path / "index.csv", rows)
    return read_index(tmp_path / "index.csv", "test", CLASSES)


def package(folder: Path, labels: Path, records: list[ImageRecord]) -> dict[str, object]:
    return write_package(
        folder,
        labels=read_predictions(labels),
        records=records,
        protocol="crf",
        num_classes=NUM_CLASSES,
    )


def test_the_package_is_what_the_server_takes(
    tmp_path: Path, labels: Path, records: list[ImageRecord]
) -> None:
    folder = tmp_path / "submission"
    document = package(folder, labels, records)
    assert {path.name for path in folder.iterdir()} == {"results", "results.tar", "package.json"}
    prefix = "results/VOC2012/Segmentation/comp6_test_cls"
    tar = folder / "results.tar"
    with tarfile.open(tar) as archive:
        members = archive.getmembers()
        assert [member.name for member in members] == [f"{prefix}/{name}.png" for name in SIZES]
        assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} == {(0, 0, 0, "", 0o644)}
        for member, name in zip(members, SIZES, strict=True):
            stream = archive.extractfile(member)
            assert stream is not None
            content = stream.read()
            assert content == (folder / member.name).read_bytes()
            with Image.open(io.BytesIO(content)) as image:
                assert (image.format, image.mode) == ("PNG", "P")
                assert image.getpalette() == voc_palette().ravel().tolist()
                np.testing.assert_array_equal(np.asarray(image), label_map(name))
    assert document == {
        "split": "test",
        "protocol": "crf",
        "images": 3,
        "tar": "results.tar",
        "bytes": tar.stat().st_size,
        "sha256": sha256(tar),
    }
    assert read_json(folder / "package.json") == document
    assert read_package(folder / "package.json") == document


def test_the_tar_is_the_same_bytes_each_time(tmp_path: Path, records: list[ImageRecord]) -> None:
    first = package(tmp_path / "a", make_labels(tmp_path / "one"), records)
    index = make_labels(tmp_path / "two")
    document = json.loads(index.read_text())
    document["items"].reverse()
    index.write_text(json.dumps(document))
    assert package(tmp_path / "b", index, records[::-1]) == first
    other = make_labels(tmp_path / "three", {"2008_000006": np.zeros((20, 30), dtype=np.uint8)})
    assert package(tmp_path / "c", other, records)["sha256"] != first["sha256"]


def test_a_new_package_replaces_the_old_one(
    tmp_path: Path, labels: Path, records: list[ImageRecord]
) -> None:
    folder = tmp_path / "submission"
    (folder / "results").mkdir(parents=True)
    (folder / "results/stale.png").write_text("")
    package(folder, labels, records)
    assert not (folder / "results/stale.png").exists()


def rewrite(index: Path, image_id: str, write: Callable[[Path], None]) -> None:
    """Change a label map, and the digest in the index with it."""
    path = index.parent / f"labels/{image_id}.png"
    write(path)
    document = json.loads(index.read_text())
    for item in document["items"]:
        if item["id"] == image_id:
            item["sha256"] = sha256(path)
    index.write_text(json.dumps(document))


def fill(value: int, shape: tuple[int, int] = (24, 18)) -> Callable[[Path], None]:
    return lambda path: write_label_png(path, np.full(shape, value, dtype=np.uint8))


def in_colour(path: Path) -> None:
    with Image.open(path) as image:
        image.convert("RGB").save(path)


@pytest.mark.parametrize(
    ("write", "found"),
    [
        (in_colour, r"labels/2008_000011\.png: found a PNG of mode RGB, expected class indices"),
        (fill(4), r"labels/2008_000011\.png: found label 4, expected 0 to 3 or 255"),
        (
            fill(255),
            r"results\.tar, results/\S+/2008_000011\.png: found label 255, expected 0 to 3; ",
        ),
        (fill(1, (18, 24)), r"2008_000011\.png: found a label map of 24x18 pixels, expected 18x24"),
        (
            lambda path: path.write_bytes(path.read_bytes()[:60]),
            r"2008_000011\.png: found 60 bytes",
        ),
    ],
)
def test_a_label_map_that_is_none_leaves_no_package(
    tmp_path: Path,
    labels: Path,
    records: list[ImageRecord],
    write: Callable[[Path], None],
    found: str,
) -> None:
    rewrite(labels, "2008_000011", write)
    with pytest.raises(InputError, match=found):
        package(tmp_path / "run/submission", labels, records)
    assert list((tmp_path / "run").iterdir()) == []


def test_a_label_map_that_was_changed_since_is_refused(
    tmp_path: Path, labels: Path, records: list[ImageRecord]
) -> None:
    fill(1)(labels.parent / "labels/2008_000011.png")
    with pytest.raises(InputError, match=r"2008_000011\.png: found sha256 .* was changed since"):
        package(tmp_path / "submission", labels, records)
    assert not (tmp_path / "submission").exists()


def test_label_maps_must_be_those_of_the_list(
    tmp_path: Path, labels: Path, records: list[ImageRecord]
) -> None:
    more = [*records, ImageRecord("2011_000999", "", 9, 9, np.zeros(3, dtype=np.float32))]
    with pytest.raises(InputError, match="found no result of 1 images, such as 2011_000999"):
        package(tmp_path / "submission", labels, more)
    with pytest.raises(InputError, match="found a result of 1 images, such as 2011_000001"):
        package(tmp_path / "submission", labels, records[:2])
    assert not (tmp_path / "submission").exists()


def write_tar(path: Path, content: list[tuple[str, bytes]]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in content:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            if name.endswith("/"):
                member.type = tarfile.DIRTYPE
            archive.addfile(member, io.BytesIO(data))
    return path


def png(mode: str, values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).convert(mode).save(stream, format="PNG")
    return stream.getvalue()


GOOD = [(label_file(name), encode_label_png(label_map(name))) for name in SIZES]
NAME, VALUES = label_file("2008_000011"), label_map("2008_000011")


def of_second(content: bytes) -> list[tuple[str, bytes]]:
    return [GOOD[0], (NAME, content), GOOD[2]]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (GOOD[:2], "found no label map in 1 cases, such as results/.*/2011_000001.png"),
        ([*GOOD, GOOD[1]], "found a label map twice in 1 cases, such as .*2008_000011.png"),
        ([*GOOD, ("results/notes.txt", b"")], "found a file of no image .* results/notes.txt"),
        ([*GOOD, ("results/", b"")], "found a file of no image in 1 cases, such as results,"),
        (
            [(f"./{name}", data) for name, data in GOOD],
            "found no label map in 3 cases, such as results",
        ),
        (
            [(name.replace("comp6", "comp5"), data) for name, data in GOOD],
            "found no label map in 3 cases, such as results/.*comp6_test_cls/2008_000006.png",
        ),
        (of_second(png("RGB", VALUES)), f"{NAME}: found a PNG of mode RGB"),
        (of_second(png("L", VALUES)), f"{NAME}: found a PNG of mode L, expected .*mode P"),
        (
            of_second(encode_label_png(VALUES + np.uint8(1))),
            f"{NAME}: found label 4, expected 0 to",
        ),
        (of_second(encode_label_png(VALUES * np.uint8(255))), f"{NAME}: found label 25"),
        (
            of_second(encode_label_png(VALUES.T.copy())),
            f"{NAME}: found a label map of 24x18 pixels",
        ),
        (of_second(GOOD[1][1][:-30]), f"{NAME}: found [0-9]+ bytes that do not decode as a PNG"),
        (of_second(b""), f"{NAME}: found 0 bytes that do not decode as a PNG"),
    ],
)
def test_a_tar_file_that_the_server_would_not_take_is_refused(
    tmp_path: Path, content: list[tuple[str, bytes]], found: str
) -> None:
    tar = write_tar(tmp_path / "results.tar", content)
    with pytest.raises(InputError, match=rf"^here.*{found}.*; mend it\.$"):
        check_tar(tar, SIZES, NUM_CLASSES, where="here", remedy="mend it")


def test_a_good_tar_file_passes_and_a_truncated_one_does_not(tmp_path: Path) -> None:
    tar = write_tar(tmp_path / "results.tar", GOOD)
    check_tar(tar, SIZES, NUM_CLASSES, where="here", remedy="mend it")
    content = tar.read_bytes()
    for keep in (0, 100, 700):
        tar.write_bytes(content[:keep])
        with pytest.raises(InputError, match="here: found bytes that do not read as a tar file"):
            check_tar(tar, SIZES, NUM_CLASSES, where="here", remedy="mend it")


def test_a_link_is_no_label_map(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "results.tar", "w") as archive:
        for name, data in GOOD:
            member = tarfile.TarInfo(name)
            if name == NAME:
                member.type, member.linkname = tarfile.SYMTYPE, "2008_000006.png"
                archive.addfile(member)
            else:
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    with pytest.raises(InputError, match=f"here, {NAME}: found 0 bytes"):
        check_tar(tmp_path / "results.tar", SIZES, NUM_CLASSES, where="here", remedy="mend it")


def test_a_package_is_read_only_while_its_tar_file_is_the_one_it_names(
    tmp_path: Path, labels: Path, records: list[ImageRecord]
) -> None:
    package(tmp_path / "submission", labels, records)
    path = tmp_path / "submission/package.json"
    moved = shutil.copytree(tmp_path / "submission", tmp_path / "moved")
    assert read_package(moved / "package.json") == read_package(path)
    (tmp_path / "submission/results.tar").write_bytes(b"another")
    with pytest.raises(InputError, match=r"results\.tar: found sha256 \w{64}, expected sha256 \w"):
        read_package(path)
    (tmp_path / "submission/results.tar").unlink()
    with pytest.raises(InputError, match=r"results\.tar: found no such file"):
        read_package(path)
    path.write_text('{"split": "test"}')
    with pytest.raises(InputError, match=r"package\.json: found no field 'protocol'"):
        read_package(path)


def test_index_png_as_label_map_becomes_a_palette(
    tmp_path: Path, labels: Path, records: list[ImageRecord]
) -> None:
    before = package(tmp_path / "a", labels, records)
    values = label_map("2008_000011")
    rewrite(labels, "2008_000011", lambda path: write_index_png(path, values))
    assert package(tmp_path / "b", labels, records) == before
