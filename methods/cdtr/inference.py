"""Dumping CDTR's logits and class maps at network resolution."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from methods.cdtr.formulation import read_formulation
from methods.cdtr.network import CDTR, class_maps
from methods.cdtr.settings import InferenceSettings, NetworkSettings
from methods.cdtr.weights import load_checkpoint
from methods.data.centre_crop import CentreCrop
from methods.data.files import sha256
from methods.data.image_index import ImageRecord, read_index
from methods.data.images import read_rgb
from methods.data.one_class import single_class
from methods.data.predictions import PredictionItem, write_arrays, write_index
from methods.data.transforms import normalise
from methods.passes import TOGETHER
from methods.settings import build
from methods.training.seeding import allow_tf32, forks, select_device
from methods.workers import map_in_order

Arrays = dict[str, NDArray[Any]]


def predict_class_maps(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    checkpoint: Path,
    index: Path,
    images: Path,
    split: str,
    output: Path,
    device: str,
    threads: int,
) -> None:
    """Write logits and class maps of a split: maps/<id>.npz and index.json, in `output`.

    The arrays of an image are float32 "logits" (C,), by which it is classified; int64 "classes"
    (2,), the predicted class (the first of equal logits) and the true one, zero-based; float32
    "maps" (2, h, w), of these two, raw; and float32 "attention" (h, w), which all classes share.
    Each image is seen once, by its central crop.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C classes.
        checkpoint: state dict of the trained network.
        index: index.csv of the data set.
        images: the folder that the index's image paths are relative to.
        split: which images.
        output: folder of the results.
        device: auto, cpu or cuda.
        threads: on the CPU as many processes predict at the same time; else as many threads read
            images.

    Raises:
        InputError: the checkpoint is not of this network, an image is missing, broken or not of a
            single class, or a value is not finite.
    """
    settings = build(InferenceSettings, run["inference"])
    view = CentreCrop(settings.resize, settings.image_size)
    where = select_device(device)
    workers = forks(where, threads)
    model = load_model(run, classes, checkpoint).to(where)
    records = read_index(index, split, classes)

    def read(record: ImageRecord) -> Tensor:
        return normalise(view.image(read_rgb(images / record.image)))

    def store(batch: Sequence[ImageRecord]) -> list[PredictionItem]:
        """Predict one batch and write its files."""
        with ThreadPoolExecutor(1 if workers else threads) as pool:
            pixels = torch.stack(list(pool.map(read, batch)))
        found = _predict(model, batch, pixels.to(where))
        return [_store(record, arrays, output) for record, arrays in zip(batch, found, strict=True)]

    batches = [records[start : start + TOGETHER] for start in range(0, len(records), TOGETHER)]
    stored = map_in_order(store, batches, workers)
    items = list(chain(*tqdm(stored, f"maps of {split}", len(batches), disable=None)))
    source = {
        "image_size": settings.image_size,
        "resize": settings.resize,
        "precision": settings.precision,
        "checkpoint_sha256": sha256(checkpoint),
    }
    write_index(
        output / "index.json", split=split, expected=len(records), source=source, items=items
    )


def load_model(run: Mapping[str, Any], classes: Sequence[str], checkpoint: Path) -> CDTR:
    """The network of a run with the weights of a checkpoint, on the CPU, in evaluation mode.

    Sets the precision of float32 products as the run's inference wants it.

    Raises:
        InputError: the checkpoint is not of this network.
    """
    settings = build(InferenceSettings, run["inference"])
    allow_tf32(settings.tf32)
    network = build(NetworkSettings, run["network"])
    model = CDTR(network, len(classes), read_formulation(run), settings.precision)
    load_checkpoint(checkpoint, model)
    return model.eval()


@torch.inference_mode()
def _predict(model: CDTR, batch: Sequence[ImageRecord], pixels: Tensor) -> Iterator[Arrays]:
    """The arrays of each image of a batch (B, 3, S, S)."""
    output = model(pixels)
    logits = output.logits.cpu().numpy()
    true = np.array([single_class(record) for record in batch])
    classes = np.stack([logits.argmax(axis=1), true], axis=1)
    maps = class_maps(output, torch.from_numpy(classes).to(pixels.device)).cpu().numpy()
    attention = output.attention.cpu().numpy()
    names = ("logits", "classes", "maps", "attention")
    rows = zip(logits, classes, maps, attention, strict=True)
    return (dict(zip(names, row, strict=True)) for row in rows)


def _store(record: ImageRecord, arrays: Arrays, output: Path) -> PredictionItem:
    file = f"maps/{record.id}.npz"
    write_arrays(output / file, arrays)
    return PredictionItem(record.id, file, record.height, record.width)
