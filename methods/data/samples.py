"""Images with their masks, for evaluation and controls; training must not import this."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from methods.data.files import check_fields, read_fields, sha256
from methods.data.image_index import ImageRecord
from methods.data.images import read_rgb
from methods.data.labels import read_label_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class ManifestFiles:
    """Images and masks of a data set, each only if it is the one that its manifest lists."""

    def __init__(self, root: Path, digests: Mapping[str, str], masks: Mapping[str, str]) -> None:
        """Take what the manifest says.

        Args:
            root: the folder that the paths are relative to.
            digests: SHA-256 of each file by its path.
            masks: path of the mask of each image that has one, by the image's id.
        """
        self._root = root
        self._digests = digests
        self._masks = masks

    @classmethod
    def read(cls, manifest: Path, root: Path) -> "ManifestFiles":
        """Take the digests and the places of the masks from manifest.json.

        Raises:
            InputError: it is missing or no manifest.
        """
        content = read_fields(manifest, {"files": list, "masks": dict})
        entries = [
            check_fields(manifest, entry, {"name": str, "sha256": str})
            for entry in content["files"]
        ]
        digests = {entry["name"]: entry["sha256"] for entry in entries}
        return cls(root, digests, content["masks"])

    def path(self, name: str) -> Path:
        """Where a file lies, after a look at its content.

        Raises:
            InputError: it is missing, not in the manifest, or no longer the one listed there.
        """
        path = self._root / name
        found, expected = sha256(path), self._digests.get(name)
        if found != expected:
            listed = f"sha256 {expected}" if expected else "a file of the manifest"
            raise InputError(path, f"sha256 {found}", listed, EXTRACT_AGAIN)
        return path

    def image(self, record: ImageRecord) -> Image:
        """The image, uint8 (H, W, 3)."""
        return read_rgb(self.path(record.image))

    def mask(self, id_: str, num_classes: int, size: tuple[int, int]) -> Labels:
        """The mask, uint8 (H, W); `size` is the (height, width) that it must have.

        Raises:
            InputError: the image has none, or see `path`.
        """
        if id_ not in self._masks:
            remedy = "score another split; masks of a test set are withheld"
            raise InputError(self._root, f"no mask of {id_}", "one in the manifest", remedy)
        return read_label_png(self.path(self._masks[id_]), num_classes, size)


class MaskedImages(Sequence[tuple[Image, Labels]]):
    """Image uint8 (H, W, 3) and mask uint8 (H, W) of each record, read when they are asked for."""

    def __init__(
        self, records: Sequence[ImageRecord], files: ManifestFiles, num_classes: int
    ) -> None:
        """Take the records, and the files of their data set."""
        self.records = records
        self.files = files
        self.num_classes = num_classes

    @property
    def ids(self) -> list[str]:
        """The images' ids, in order."""
        return [record.id for record in self.records]

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, position: int) -> tuple[Image, Labels]: ...

    @overload
    def __getitem__(self, position: slice) -> "MaskedImages": ...

    def __getitem__(self, position: int | slice) -> "tuple[Image, Labels] | MaskedImages":
        if isinstance(position, slice):
            return MaskedImages(self.records[position], self.files, self.num_classes)
        record = self.records[position]
        size = (record.height, record.width)
        return self.files.image(record), self.files.mask(record.id, self.num_classes, size)
