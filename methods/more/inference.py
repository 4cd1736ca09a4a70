"""Dumping MoRe's logits and localization maps at network resolution.

Upsampling, mirroring and fusion come later, on the stored maps: bilinear upsampling is linear and
commutes with the flip, so the values are those of upsampling first, at a fiftieth of the size.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate
from tqdm import tqdm

from methods.data.files import sha256
from methods.data.image_index import ImageRecord, read_index
from methods.data.images import read_rgb
from methods.data.predictions import PredictionItem, write_arrays, write_index
from methods.data.transforms import normalise
from methods.more.network import MoRe
from methods.more.settings import InferenceSettings, NetworkSettings
from methods.more.weights import load_checkpoint
from methods.postprocess.fusion import logits_key, maps_key
from methods.settings import build
from methods.training.seeding import select_device

Arrays = dict[str, NDArray[Any]]


def predict_logits(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    checkpoint: Path,
    index: Path,
    images: Path,
    split: str,
    output: Path,
    device: str,
) -> None:
    """Write the segmentation logits of a split: logits/<id>.npz and index.json, in `output`.

    The array of each scale is float32 (2, C+1, h, w): the logits of the image and of its mirror
    image (not mirrored back).

    Args:
        run: the run's block of the experiment file.
        classes: names of the C foreground classes.
        checkpoint: state dict of the trained network.
        index: index.csv of the data set.
        images: the folder that the index's image paths are relative to.
        split: which images.
        output: folder of the results.
        device: auto, cpu or cuda.

    Raises:
        InputError: the checkpoint is not of this network, or a logit is not finite.
    """
    settings = build(InferenceSettings, run["inference"])
    where = select_device(device)
    model = _load(run, classes, checkpoint).to(where)

    def predict(record: ImageRecord, image: Tensor) -> Arrays:
        return {
            logits_key(scale): _array(model(_pair(image.to(where), scale, settings)).seg_logits)
            for scale in settings.scales
        }

    source = {"scales": list(settings.scales), "checkpoint_sha256": sha256(checkpoint)}
    records = read_index(index, split, classes)
    _dump(predict, records, images, split, output, "logits", source)


def predict_maps(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    checkpoint: Path,
    index: Path,
    images: Path,
    split: str,
    output: Path,
    device: str,
) -> None:
    """Write CAM, auxiliary CAM and LAM of a split: maps/<id>.npz and index.json, in `output`.

    The arrays of each scale are float32 (2, P, h, w), raw, of the image and of its mirror image,
    for the P classes that the image is labelled with; "classes" int64 (P,) are their zero-based
    numbers. Arguments and errors are those of `predict_logits`.
    """
    settings = build(InferenceSettings, run["inference"])
    where = select_device(device)
    model = _load(run, classes, checkpoint).to(where)

    def predict(record: ImageRecord, image: Tensor) -> Arrays:
        present = np.flatnonzero(record.labels)
        arrays: Arrays = {"classes": present}
        for scale in settings.map_scales:
            maps = model.forward_cams(_pair(image.to(where), scale, settings), with_lam=True)
            for kind, raw in zip(("cam", "aux_cam", "lam"), maps, strict=True):
                assert raw is not None  # the LAM was asked for
                arrays[maps_key(kind, scale)] = _array(raw)[:, present]
        return arrays

    source = {"scales": list(settings.map_scales), "checkpoint_sha256": sha256(checkpoint)}
    records = read_index(index, split, classes)
    _dump(predict, records, images, split, output, "maps", source)


def _load(run: Mapping[str, Any], classes: Sequence[str], checkpoint: Path) -> MoRe:
    network = build(NetworkSettings, run["network"])
    model = MoRe(network, len(classes))
    load_checkpoint(checkpoint, model)
    return model.eval()


def _pair(image: Tensor, scale: float, settings: InferenceSettings) -> Tensor:
    """An image (1, 3, H, W) as a square of the scale, and its mirror image: (2, 3, side, side)."""
    side = int(scale * settings.image_size)
    square = interpolate(image, (side, side), mode="bilinear", align_corners=False)
    return torch.cat([square, square.flip(-1)])


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.float().cpu().numpy())


def _dump(
    predict: Callable[[ImageRecord, Tensor], Arrays],
    records: Sequence[ImageRecord],
    images: Path,
    split: str,
    output: Path,
    folder: str,
    source: Mapping[str, Any],
) -> None:
    items: list[PredictionItem] = []
    with torch.inference_mode():
        for record in tqdm(records, desc=f"{folder} of {split}", disable=None):
            image = normalise(read_rgb(images / record.image))[None]
            file = f"{folder}/{record.id}.npz"
            write_arrays(output / file, predict(record, image))
            items.append(PredictionItem(record.id, file, record.height, record.width))
    write_index(
        output / "index.json", split=split, expected=len(records), source=source, items=items
    )
