"""Lists and annotations are read as VOC means them."""

from pathlib import Path

import pytest

from methods.data.encoding import encode_annotation
from methods.data.voc import VocObject, image_labels, read_annotation, read_ids, read_split
from methods.errors import InputError

ANNOTATION = """
<annotation>
  <filename>2007_000032.jpg</filename>
  <size><width>500</width><height>281</height><depth>3</depth></size>
  <segmented>1</segmented>
  <object>
    <name>person</name>
    <difficult>0</difficult>
    <bndbox><xmin>104</xmin><ymin>78</ymin><xmax>375</xmax><ymax>183</ymax></bndbox>
    <part>
      <name>head</name>
      <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>
    </part>
  </object>
  <object>
    <name>aeroplane</name>
    <bndbox>
      <ymax>123.4</ymax><xmax>197</xmax><ymin>88</ymin><xmin>45.70000076293945</xmin>
    </bndbox>
    <difficult>1</difficult>
  </object>
</annotation>
"""


def test_annotation_gives_size_names_and_half_open_boxes(tmp_path: Path) -> None:
    path = tmp_path / "2007_000032.xml"
    path.write_text(ANNOTATION)
    annotation = read_annotation(path)
    assert (annotation.height, annotation.width) == (281, 500)
    assert annotation.objects == (
        VocObject("person", (103, 77, 375, 183)),
        VocObject("aeroplane", (45, 87, 197, 123)),
    )


def test_image_labels_follow_the_classes_and_do_not_repeat(tmp_path: Path) -> None:
    path = tmp_path / "image.xml"
    boxes = [("cat", (0, 0, 2, 2)), ("bird", (1, 1, 3, 3)), ("cat", (4, 4, 6, 6))]
    path.write_bytes(encode_annotation("image", (10, 20, 3), boxes, segmented=True))
    annotation = read_annotation(path)
    assert image_labels(annotation, ("bird", "boat", "cat"), path) == ("bird", "cat")
    with pytest.raises(InputError, match=r"image\.xml: found an object of class 'cat'"):
        image_labels(annotation, ("bird", "boat"), path)


def test_a_written_annotation_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "image.xml"
    boxes = [("cat", (0, 0, 20, 10)), ("bird", (3, 4, 4, 5))]
    path.write_bytes(encode_annotation("image", (10, 20), boxes, segmented=False))
    annotation = read_annotation(path)
    assert (annotation.height, annotation.width) == (10, 20)
    assert [(item.name, item.box) for item in annotation.objects] == boxes
    text = path.read_text()
    assert text.index("<truncated>1<") < text.index("<truncated>0<")
    assert "<xmin>4</xmin>" in text
    assert "<xmax>4</xmax>" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<width>500</width>", ""),
        ("<height>281</height>", "<height>tall</height>"),
        ("<height>281</height>", "<height>inf</height>"),
        ("<name>person</name>", ""),
        ("<xmin>104</xmin>", ""),
        ("</annotation>", ""),
    ],
)
def test_a_damaged_annotation_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "image.xml"
    path.write_text(ANNOTATION.replace(old, new))
    with pytest.raises(InputError, match=r"image\.xml: found a file that does not read"):
        read_annotation(path)


def test_an_annotation_of_unknown_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.xml"
    path.write_text(f'<?xml version="1.0" encoding="utf-99"?>{ANNOTATION}')
    with pytest.raises(InputError, match=r"image\.xml: found a file that does not read"):
        read_annotation(path)


def test_a_missing_annotation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no such file"):
        read_annotation(tmp_path / "image.xml")


@pytest.mark.parametrize("text", ["b_2\na_1", "b_2\na_1\n", "b_2\r\na_1\r\n", "b_2 \na_1\n\n"])
def test_a_list_keeps_its_order_whatever_its_line_ends(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ImageSets" / "Segmentation" / "val.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode())
    assert read_split(tmp_path, "val") == ("b_2", "a_1")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a_1\nb_2\na_1\n", "found a_1 2 times"),
        ("", "found an empty list"),
        ("\n", "found an empty list"),
        ("a_1\n\nb_2\n", "found '' on line 2"),
        ("../secret\n", r"found '\.\./secret' on line 1"),
        ("a_1 1\n", "found 'a_1 1' on line 1"),
    ],
)
def test_a_bad_list_is_refused(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "val.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"val\.txt: {found}"):
        read_ids(path)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no such file"):
        read_split(tmp_path, "val")
