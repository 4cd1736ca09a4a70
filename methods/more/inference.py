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
from tqdm import tqdm

from methods.data.files import sha256
from methods.data.image_index import ImageRecord, read_index
from methods.data.images import read_rgb
from methods.data.predictions import PredictionItem, write_arrays, write_index
from methods.data.transforms import normalise
from methods.more.formulation import read_formulation
from methods.more.localization import paired_maps
from methods.more.network import MoRe
from methods.more.settings import InferenceSettings, NetworkSettings
from methods.more.views import mirrored_pair
from methods.more.weights import load_checkpoint
from methods.postprocess.fusion import logits_key, maps_key
from methods.postprocess.image_labels import predicted_classes
from methods.protocols import Resize
from methods.settings import build
from methods.training.seeding import allow_tf32, forks, select_device
from methods.workers import map_in_order

Arrays = dict[str, NDArray[Any]]


def predict_logits(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    checkpoint: Path,
    index: Path,
    images: Path,
    split: str,
    scales: Sequence[float],
    resize: Resize,
    output: Path,
    device: str,
    threads: int,
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
        scales: of the images.
        resize: how a scale becomes a size.
        output: folder of the results.
        device: auto, cpu or cuda.
        threads: as many processes predict at the same time on the CPU.

    Raises:
        InputError: the checkpoint is not of this network, or a logit is not finite.
    """
    side = build(InferenceSettings, run["inference"]).image_size
    where = select_device(device)
    model = load_model(run, classes, checkpoint).to(where)

    def logits(image: Tensor, scale: float) -> NDArray[np.float32]:
        views = mirrored_pair(image, scale, resize, side, model.settings.patch_size)
        return _array(model(views).seg_logits)

    def predict(record: ImageRecord, image: Tensor) -> Arrays:
        image = image.to(where)
        return {logits_key(scale): logits(image, scale) for scale in scales}

    source = {"scales": list(scales), "resize": resize, "checkpoint_sha256": sha256(checkpoint)}
    records = read_index(index, split, classes)
    _dump(predict, records, images, split, output, "logits", source, forks(where, threads))


def predict_maps(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    checkpoint: Path,
    index: Path,
    images: Path,
    split: str,
    scales: Sequence[float],
    output: Path,
    device: str,
    threads: int,
) -> None:
    """Write CAM, auxiliary CAM and LAM of a split: maps/<id>.npz and index.json, in `output`.

    The arrays of each scale are float32 (2, P, h, w), raw, of the image and of its mirror image,
    for the P classes that any source of image labels names; "classes" int64 (P,) are their
    zero-based numbers, and bool (P,) "given", "logits" and "decoder" tell which source names them.
    Arguments and errors are those of `predict_logits`. Images are resized to the square of scale 1
    first, and that square to the other scales, as the published program does.
    """
    side = build(InferenceSettings, run["inference"]).image_size
    where = select_device(device)
    model = load_model(run, classes, checkpoint).to(where)

    def pair(image: Tensor, scale: float) -> Tensor:
        return mirrored_pair(image, scale, "square", side, model.settings.patch_size)

    def predict(record: ImageRecord, image: Tensor) -> Arrays:
        """The maps of one image (1, 3, H, W) at every scale, of the classes that a source names."""
        square = pair(image.to(where), 1.0)[:1]
        plain = model(square)
        decided = plain.seg_logits[0].argmax(dim=0).cpu().numpy()
        named = predicted_classes(_array(plain.class_logits[0]), decided)
        named["given"] = record.labels > 0
        present = np.flatnonzero(np.logical_or.reduce(list(named.values())))
        arrays: Arrays = {source: mask[present] for source, mask in named.items()}
        arrays["classes"] = present
        at_one = model.maps_of(plain, with_lam=True)
        for scale in scales:
            known = at_one if scale == 1.0 else None
            maps = paired_maps(model, pair(square, scale), with_lam=True, plain=known)
            for kind, raw in zip(("cam", "aux_cam", "lam"), maps, strict=True):
                assert raw is not None  # the LAM was asked for
                arrays[maps_key(kind, scale)] = _array(raw)[:, present]
        return arrays

    source = {"scales": list(scales), "resize": "square", "checkpoint_sha256": sha256(checkpoint)}
    records = read_index(index, split, classes)
    _dump(predict, records, images, split, output, "maps", source, forks(where, threads))


def load_model(run: Mapping[str, Any], classes: Sequence[str], checkpoint: Path) -> MoRe:
    """The network of a run with the weights of a checkpoint, on the CPU, in evaluation mode.

    Sets the precision of float32 products as the run's inference wants it.

    Raises:
        InputError: the checkpoint is not of this network.
    """
    settings = build(InferenceSettings, run["inference"])
    allow_tf32(settings.tf32)
    network = build(NetworkSettings, run["network"])
    model = MoRe(network, len(classes), read_formulation(run), settings.precision)
    load_checkpoint(checkpoint, model)
    return model.eval()


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
    workers: int,
) -> None:
    """Predict every image, on the CPU in `workers` processes, none of which it depends on."""

    @torch.inference_mode()
    def store(record: ImageRecord) -> PredictionItem:
        """Predict one image and write its file."""
        image = normalise(read_rgb(images / record.image))[None]
        file = f"{folder}/{record.id}.npz"
        write_arrays(output / file, predict(record, image))
        return PredictionItem(record.id, file, record.height, record.width)

    stored = map_in_order(store, records, workers)
    items = list(tqdm(stored, f"{folder} of {split}", len(records), disable=None))
    write_index(
        output / "index.json", split=split, expected=len(records), source=source, items=items
    )
