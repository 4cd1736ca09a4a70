"""What training sees: images and their image-level labels."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from methods.data.image_index import read_index
from methods.data.images import read_rgb


class View(NamedTuple):
    """One augmented image."""

    pixels: Tensor  # float32 (3, crop, crop), normalised
    box: Tensor  # int64 (4,): rows and columns (r0, r1, c0, c1), half-open, of the real content


Draw = tuple[int, int]  # position in the data set, seed of the augmentation
MakeView = Callable[[NDArray[np.uint8], int], View]
Sample = tuple[Tensor, Tensor, Tensor, int]  # pixels, labels, box, position


class ImageLabelDataset(Dataset[Sample]):
    """Augmented images of one split with image-level labels; no mask can be reached from it."""

    def __init__(
        self,
        index: Path,
        images: Path,
        split: str,
        classes: Sequence[str],
        make_view: MakeView,
    ) -> None:
        self.records = read_index(index, split, classes)
        self.images = images
        self.make_view = make_view

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, draw: Draw) -> Sample:
        """Pixels and box of one view, its image's labels float32 (C,), and the image's position."""
        position, seed = draw
        record = self.records[position]
        view = self.make_view(read_rgb(self.images / record.image), seed)
        return view.pixels, torch.from_numpy(record.labels), view.box, position
