"""The gate of label maps lets class indices through and nothing else."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from methods.data.images import decode_image, read_rgb
from methods.data.labels import (
    check_labels,
    decode_label_png,
    present_classes,
    read_label_png,
    voc_palette,
    write_index_png,
    write_label_png,
)
from methods.data.sbd import read_mat_mask
from methods.errors import InputError

LABELS = np.array([[0, 1, 2], [20, 255, 3]], dtype=np.uint8)


def write_grey_png(path: Path, bits: int, rows: list[bytes], width: int) -> None:
    """Write a one-channel PNG with `bits` per pixel, which Pillow itself cannot write."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, len(rows), bits, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    content = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)


def test_palette_has_the_colours_of_voc() -> None:
    palette = voc_palette()
    colours = {0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 15: (192, 128, 128)}
    colours |= {20: (0, 64, 128), 255: (224, 224, 192)}
    assert {label: tuple(int(v) for v in palette[label]) for label in colours} == colours
    assert len({tuple(colour) for colour in palette.tolist()}) == 256


def test_label_png_is_a_palette_image_in_voc_colours(tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    write_label_png(path, LABELS)
    with Image.open(path) as image:
        assert image.mode == "P"
        assert image.convert("RGB").getpixel((1, 1)) == (224, 224, 192)
    np.testing.assert_array_equal(read_label_png(path, 20, (2, 3)), LABELS)


def test_index_png_comes_back(tmp_path: Path) -> None:
    write_index_png(tmp_path / "label.png", LABELS)
    labels = read_label_png(tmp_path / "label.png", 20)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "1", "I;16"])
def test_other_modes_are_refused(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "label.png"
    if mode == "I;16":
        Image.fromarray(LABELS.astype(np.uint16)).save(path)
    else:
        Image.fromarray(LABELS).convert(mode).save(path)
    with pytest.raises(InputError, match=rf"label\.png: found a PNG of mode {mode}.*, expected"):
        read_label_png(path, 20)


def test_palette_mask_turned_into_colours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    write_label_png(path, LABELS)
    with Image.open(path) as image:
        image.convert("RGBA").save(path)
    with pytest.raises(InputError, match="mode RGBA"):
        read_label_png(path, 20)


def test_indices_packed_in_four_bits(tmp_path: Path) -> None:
    write_grey_png(tmp_path / "grey.png", 4, [b"\x01\x20"], width=3)
    with pytest.raises(InputError, match="mode L with less than 8 bits"):
        read_label_png(tmp_path / "grey.png", 20)
    image = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8))
    image.putpalette(voc_palette().tobytes())
    image.save(tmp_path / "palette.png", bits=4)
    assert read_label_png(tmp_path / "palette.png", 20).tolist() == [[0, 1, 2]]


def test_a_label_beyond_the_classes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    write_label_png(path, LABELS)
    with pytest.raises(InputError, match=r"label\.png: found label 20, expected 0 to 19 or 255"):
        read_label_png(path, 19)


def test_a_mask_of_another_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    write_label_png(path, LABELS)
    with pytest.raises(InputError, match="found a label map of 3x2 pixels, expected 2x3"):
        read_label_png(path, 20, size=(3, 2))


@pytest.mark.parametrize("shape", [(2, 3, 4), (6,)])
def test_an_array_of_another_rank_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="found an array of shape"):
        check_labels(np.zeros(shape, dtype=np.uint8), "mask.mat", 20)


def test_a_mask_without_a_pixel_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mask.mat"
    mask = np.zeros((0, 0), dtype=np.uint8)
    savemat(path, {"GTcls": {"Segmentation": mask}})
    for read in (lambda: read_mat_mask(path, 3), lambda: check_labels(mask, path, 3)):
        with pytest.raises(InputError, match=r"mask\.mat: found a label map of 0x0 pixels"):
            read()


def test_an_array_of_another_type_is_refused() -> None:
    with pytest.raises(InputError, match="type float32"):
        check_labels(np.zeros((2, 3), dtype=np.float32), "mask.mat", 20)


@pytest.mark.parametrize("keep", [0, 20, 60, -20])
def test_a_truncated_mask_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "label.png"
    write_index_png(path, np.random.default_rng(0).integers(0, 5, (40, 40), dtype=np.uint8))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"label\.png: found \d+ bytes that do not decode"):
        read_label_png(path, 20)


def test_a_flipped_bit_is_refused(tmp_path: Path) -> None:
    write_grey_png(tmp_path / "label.png", 8, [bytes(range(5))] * 4, width=5)
    content = bytearray((tmp_path / "label.png").read_bytes())
    content[content.index(b"IDAT") + 4 + 9] ^= 1
    (tmp_path / "label.png").write_bytes(content)
    with pytest.raises(InputError, match="do not decode as a PNG"):
        read_label_png(tmp_path / "label.png", 20)


def test_only_a_palette_is_let_through_where_it_is_asked_for(tmp_path: Path) -> None:
    write_label_png(tmp_path / "palette.png", LABELS)
    write_index_png(tmp_path / "index.png", LABELS)
    palette, index = ((tmp_path / f"{name}.png").read_bytes() for name in ("palette", "index"))
    np.testing.assert_array_equal(decode_label_png(palette, "a", 20, modes=("P",)), LABELS)
    np.testing.assert_array_equal(decode_label_png(index, "a", 20), LABELS)
    with pytest.raises(InputError, match=r"a: found a PNG of mode L, .* \(mode P\)"):
        decode_label_png(index, "a", 20, modes=("P",))


def test_a_jpeg_is_no_mask(tmp_path: Path) -> None:
    Image.fromarray(LABELS).save(tmp_path / "label.png", format="JPEG")
    with pytest.raises(InputError, match="do not decode as a PNG"):
        read_label_png(tmp_path / "label.png", 20)


def test_a_missing_mask_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no such file"):
        read_label_png(tmp_path / "label.png", 20)


def test_present_classes_leave_out_background_and_ignored_pixels() -> None:
    assert present_classes(LABELS) == {1, 2, 3, 20}


def test_a_grey_image_is_stacked_to_three_channels(tmp_path: Path) -> None:
    path = tmp_path / "grey.jpg"
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(path)
    stored, stacked = decode_image(path), read_rgb(path)
    assert stored.shape == (8, 8)
    assert stacked.shape == (8, 8, 3)
    for channel in range(3):
        np.testing.assert_array_equal(stacked[:, :, channel], stored)


def test_a_truncated_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InputError, match=r"photo\.jpg: found \d+ bytes that do not decode"):
        read_rgb(path)


def test_an_image_for_print_is_refused_where_it_must_be_grey_or_rgb(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8)).save(tmp_path / "photo.jpg")
    with pytest.raises(InputError, match="found a JPEG of mode CMYK, expected grey or RGB"):
        decode_image(tmp_path / "photo.jpg")


def test_an_image_for_print_or_a_png_reads_as_rgb_where_the_check_let_it_pass(
    tmp_path: Path,
) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "photo.JPEG")
    np.testing.assert_allclose(read_rgb(tmp_path / "photo.JPEG")[4, 4], [255, 0, 0], atol=3)
    Image.new("RGBA", (8, 4), (10, 20, 30, 40)).save(tmp_path / "png.JPEG", format="PNG")
    pixels = read_rgb(tmp_path / "png.JPEG")
    assert pixels.shape == (4, 8, 3)
    assert pixels.dtype == np.uint8
    assert pixels[0, 0].tolist() == [10, 20, 30]
