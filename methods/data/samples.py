"""Images with their masks, for evaluation and controls; training must not import this."""

from collections.abc import Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from methods.data.image_index import ImageRecord
from methods.data.images import read_rgb
from methods.data.labels import read_label_png

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]


class MaskedImages(Sequence[tuple[Image, Labels]]):
    """Image uint8 (H, W, 3) and mask uint8 (H, W) of each record, read when they are asked for."""

    def __init__(
        self, records: Sequence[ImageRecord], images: Path, masks: Path, num_classes: int
    ) -> None:
        """Take the records, the folder their paths are relative to, and the folder of <id>.png."""
        self.records = records
        self.images = images
        self.masks = masks
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
            return MaskedImages(self.records[position], self.images, self.masks, self.num_classes)
        record = self.records[position]
        mask = self.masks / f"{record.id}.png"
        size = (record.height, record.width)
        return read_rgb(self.images / record.image), read_label_png(mask, self.num_classes, size)
