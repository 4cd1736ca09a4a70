"""The package of label maps that PASCAL VOC's evaluation server scores."""

import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from methods.data.files import atomic_folder, read_fields, sha256, write_json
from methods.data.image_index import ImageRecord
from methods.data.labels import IGNORE, decode_label_png, read_label_png, write_label_png
from methods.data.predictions import PredictionIndex
from methods.errors import InputError

# comp6: segmentation by a method that saw more than VOC's own training data, such as pretrained
# weights; the server takes a tar file of the folder `results`.
LABELS_FOLDER = "results/VOC2012/Segmentation/comp6_test_cls"
TAR = "results.tar"
PACKAGE = "package.json"
_FIELDS = {"split": str, "protocol": str, "images": int, "tar": str, "bytes": int, "sha256": str}


def label_file(image_id: str) -> str:
    """Return the path of a label map in the package."""
    return f"{LABELS_FOLDER}/{image_id}.png"


def write_package(
    folder: Path,
    *,
    labels: PredictionIndex,
    records: Sequence[ImageRecord],
    protocol: str,
    num_classes: int,
) -> dict[str, Any]:
    """Write the label maps as the server wants them, their tar file, and package.json.

    The folder appears when the tar file has been read back and found to be right. Its bytes depend
    on the label maps alone.

    Args:
        folder: of the package; an older one is replaced.
        labels: label maps of the split.
        records: the images of the split.
        protocol: name of the protocol that made the label maps.
        num_classes: C, the number of foreground classes.

    Returns:
        The content of package.json.

    Raises:
        InputError: an image has no label map, a label map is of no image, was changed since, or
            is none (another size or mode, an index beyond 0..C); or the folder cannot be written.
    """
    sizes = {record.id: (record.height, record.width) for record in records}
    labels.require(sizes)
    with atomic_folder(folder) as temporary:
        for item in labels.items:
            values = read_label_png(labels.path(item), num_classes, sizes[item.id])
            write_label_png(temporary / label_file(item.id), values)
        tar = temporary / TAR
        _write_tar(tar, temporary, map(label_file, sorted(sizes)))
        check_tar(tar, sizes, num_classes, where=folder / TAR, remedy=labels.remedy)
        document = {
            "split": labels.split,
            "protocol": protocol,
            "images": len(sizes),
            "tar": TAR,
            "bytes": tar.stat().st_size,
            "sha256": sha256(tar),
        }
        write_json(temporary / PACKAGE, document)
    return document


def read_package(path: Path) -> dict[str, Any]:
    """Read a package.json whose tar file lies beside it.

    Raises:
        InputError: it is none, or the tar file is missing or no longer the one that it names.
    """
    document: dict[str, Any] = read_fields(path, _FIELDS)
    tar = path.parent / document["tar"]
    found = sha256(tar)
    if found != document["sha256"]:
        remedy = f"delete {path} and run again, which makes the package again"
        raise InputError(tar, f"sha256 {found}", f"sha256 {document['sha256']}", remedy)
    return document


def check_tar(
    tar: Path,
    sizes: Mapping[str, tuple[int, int]],
    num_classes: int,
    *,
    where: str | PathLike[str],
    remedy: str,
) -> None:
    """Check that a tar file holds one valid label map of each image, and nothing else.

    Args:
        tar: the file.
        sizes: (height, width) of each image of the split, by its id.
        num_classes: C, the number of foreground classes.
        where: how to name the file in an error.
        remedy: what to do after one.

    Raises:
        InputError: a label map is missing or given twice, another file is there, or one is no
            palette PNG of its image's size with indices 0..C.
    """
    ids = {label_file(image_id): image_id for image_id in sizes}
    try:
        with tarfile.open(tar) as archive:
            members = archive.getmembers()
            _check_names([member.name for member in members], ids, where, remedy)
            for member in members:
                stream = archive.extractfile(member) if member.isfile() else None
                content = stream.read() if stream else b""
                place = f"{where}, {member.name}"
                _check_png(content, sizes[ids[member.name]], num_classes, place, remedy)
    except (tarfile.TarError, EOFError) as error:
        found = f"bytes that do not read as a tar file ({error})"
        raise InputError(where, found, "a whole tar file", remedy) from error


def _check_names(
    names: Sequence[str], expected: Iterable[str], where: str | PathLike[str], remedy: str
) -> None:
    wanted, held = set(expected), set(names)
    for found, strange in (
        ("no label map", wanted - held),
        ("a file of no image", held - wanted),
        ("a label map twice", {name for name in held if names.count(name) > 1}),
    ):
        if strange:
            raise InputError(
                where,
                f"{found} in {len(strange)} cases, such as {min(strange)}",
                f"the label maps of the {len(wanted)} images of the split, each once",
                remedy,
            )


def _check_png(
    content: bytes, size: tuple[int, int], num_classes: int, where: str, remedy: str
) -> None:
    try:
        labels = decode_label_png(content, where, num_classes, size, modes=("P",))
    except InputError as error:
        _, found, expected, _ = error.parts  # its remedy is for masks out of an archive
        raise InputError(where, found, expected, remedy) from error
    if (labels == IGNORE).any():
        raise InputError(where, f"label {IGNORE}", f"0 to {num_classes}", remedy)


def _write_tar(path: Path, root: Path, files: Iterable[str]) -> None:
    """Pack files of a folder; neither time nor owner changes the bytes."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name in files:
            content = (root / name).read_bytes()
            member = tarfile.TarInfo(name)  # its time and owner are 0
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
