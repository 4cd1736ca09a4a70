"""What training sees: images and their image-level labels."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from methods.data.image_index import read_index
from methods.data.images import read_rgb
from methods.training.batches import Draw

MakeView = Callable[[NDArray[np.uint8], int], Tensor]


class ImageLabelDataset(Dataset[tuple[Tensor, Tensor, int]]):
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

    def __getitem__(self, draw: Draw) -> tuple[Tensor, Tensor, int]:
        """One view float32 (3, crop, crop), its labels float32 (C,), and its position."""
        position, seed = draw
        record = self.records[position]
        view = self.make_view(read_rgb(self.images / record.image), seed)
        return view, torch.from_numpy(record.labels), position
