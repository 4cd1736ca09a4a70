"""The validation that the authors' program runs while it trains, made from a checkpoint instead.

It reads masks, so training must not import this.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate
from tqdm import tqdm

from methods.data.files import sha256
from methods.data.image_index import read_index
from methods.data.samples import Image, Labels, ManifestFiles, MaskedImages
from methods.data.transforms import normalise
from methods.evaluation.classification import f1_scores
from methods.evaluation.segmentation import Counts, confusion_matrix, scores
from methods.more.inference import load_model
from methods.more.localization import fused_map, multi_scale_maps, score_map
from methods.more.network import MoRe
from methods.more.pseudo_labels import cam_to_label
from methods.more.settings import PseudoLabelSettings, Thresholds, TrainingSettings
from methods.passes import TOGETHER
from methods.postprocess.image_labels import predicted_classes
from methods.settings import build
from methods.training.seeding import forks, select_device
from methods.workers import map_in_order

KINDS = ("decoder", "cam", "aux_cam", "lam", "fused", "cam_predicted")


class _Outputs(NamedTuple):
    """What the network says about one image; C classes, patch grid h x w, input side s."""

    logits: Tensor  # (C,)
    segmentation: Tensor  # (C + 1, h, w)
    cam: Tensor  # (C, s, s), over scales and mirror images, normalised
    auxiliary_cam: Tensor  # (C, s, s), likewise
    lam: Tensor  # (C, h, w), of one scale, raw


def validate(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    checkpoint: Path,
    index: Path,
    manifest: Path,
    images: Path,
    split: str,
    device: str,
    threads: int,
) -> dict[str, Any]:
    """Score a checkpoint as the authors' training log does.

    Images become squares of the inference size. The decoder and the LAM are read at one scale
    without mirror image, the CAMs at the scales of training with mirror images; no CRF.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C foreground classes.
        checkpoint: state dict of the trained network.
        index: index.csv of the data set.
        manifest: manifest.json of the data set.
        images: the folder that the paths in both are relative to.
        split: which images.
        device: auto, cpu or cuda.
        threads: as many processes work at the same time on the CPU.

    Returns:
        "split"; "protocol"; "coverage"; "f1": of the image labels with logits above 0, the mean
        over the images, percent; "miou": percent for each of `KINDS`, and the "confusion"
        matrix (truth in rows) that each follows from. "fused" is the product of
        LAM and CAM; "cam_predicted" is the CAM of predicted classes, all other maps are those of
        the image's own labels.

    Raises:
        InputError: the checkpoint is not of this network; an image or a mask is missing or not
            that of the manifest.
    """
    made = build(TrainingSettings, run["training"]).pseudo_labels
    side = run["inference"]["image_size"]
    where = select_device(device)
    model = load_model(run, classes, checkpoint).to(where)
    records = read_index(index, split, classes)
    samples = MaskedImages(records, ManifestFiles.read(manifest, images), len(classes))
    labels = np.stack([record.labels for record in records])
    counts, named = _evaluate(model, samples, labels, side, made, forks(where, threads))
    return {
        "split": split,
        "protocol": {
            "image_size": side,
            "resize": "square",
            "cam_scales": list(made.cam_scales),
            "background": made.background,
            "checkpoint_sha256": sha256(checkpoint),
        },
        "coverage": {"evaluated": len(named), "expected": len(records)},
        "f1": 100 * float(f1_scores(labels, np.stack(named)).mean()),
        "miou": {kind: scores(counts[kind]).miou for kind in KINDS},
        "confusion": {kind: counts[kind].tolist() for kind in KINDS},
    }


def _evaluate(
    model: MoRe,
    samples: MaskedImages,
    labels: NDArray[np.float32],
    side: int,
    made: PseudoLabelSettings,
    workers: int,
) -> tuple[dict[str, Counts], list[NDArray[np.bool_]]]:
    """Confusion matrix of each of `KINDS`, and the classes (C,) that each image is said to have."""
    size = model.num_classes + 1
    device = next(model.parameters()).device

    @torch.inference_mode()
    def evaluate(start: int) -> tuple[dict[str, Counts], list[NDArray[np.bool_]]]:
        """The same of the batch that begins with this image."""
        batch, given = list(samples[start : start + TOGETHER]), labels[start : start + TOGETHER]
        views = torch.cat([_square(image, side) for image, _ in batch]).to(device)
        outputs = _pass(model, views, made.cam_scales)
        counts = _no_counts(size)
        for (_, truth), output, own in zip(batch, outputs, given, strict=True):
            for kind, predicted in _label_maps(output, own, truth.shape, made.background).items():
                counts[kind] += confusion_matrix(truth, predicted, size)
        return counts, [(output.logits > 0).cpu().numpy() for output in outputs]

    starts = range(0, len(samples), TOGETHER)
    evaluated = map_in_order(evaluate, starts, workers)
    total, named = _no_counts(size), list[NDArray[np.bool_]]()
    for counts, said in tqdm(evaluated, "validation", len(starts), disable=None):
        total = {kind: total[kind] + counts[kind] for kind in KINDS}
        named += said
    return total, named


def _no_counts(size: int) -> dict[str, Counts]:
    return {kind: np.zeros((size, size), dtype=np.int64) for kind in KINDS}


def _square(image: Image, side: int) -> Tensor:
    """The network's input (1, 3, side, side)."""
    pixels = normalise(image)[None]
    return interpolate(pixels, (side, side), mode="bilinear", align_corners=False)


def _pass(model: MoRe, views: Tensor, scales: tuple[float, ...]) -> list[_Outputs]:
    output = model(views)
    plain = model.maps_of(output, with_lam=True)
    assert plain.lam is not None  # it was asked for
    maps = multi_scale_maps(model, views, scales, plain=plain)
    parts = (output.class_logits, output.seg_logits, maps.cam, maps.auxiliary_cam, plain.lam)
    return [_Outputs(*of_one) for of_one in zip(*parts, strict=True)]


def _label_maps(
    output: _Outputs, given: NDArray[np.float32], size: tuple[int, ...], background: float
) -> dict[str, Labels]:
    """Label one image in each of `KINDS`, uint8 of its size (H, W).

    A pixel whose highest map is at or below `background` is background.
    """
    height, width = size
    decided = output.segmentation.max(dim=0).indices.cpu().numpy()
    predicted = predicted_classes(output.logits.cpu().numpy(), decided)["logits"]
    wanted = predicted | (given > 0)
    wanted[0] = True  # so that there is a map in every case
    numbers = torch.from_numpy(np.flatnonzero(wanted)).to(output.cam.device)

    def large(maps: Tensor) -> Tensor:
        return interpolate(maps[None], (height, width), mode="bilinear", align_corners=False)

    cam, auxiliary_cam = large(output.cam[numbers]), large(output.auxiliary_cam[numbers])
    lam = score_map(output.lam[None, numbers], (height, width))

    def label(maps: Tensor, allowed: NDArray[Any]) -> Labels:
        chosen = torch.from_numpy(allowed).to(maps.device, maps.dtype)[None, numbers]
        positions = cam_to_label(maps, chosen, Thresholds(background, background))[0]
        return _bytes(torch.cat([numbers.new_zeros(1), numbers + 1])[positions])

    return {
        "decoder": _bytes(large(output.segmentation)[0].max(dim=0).indices),
        "cam": label(cam, given),
        "aux_cam": label(auxiliary_cam, given),
        "lam": label(lam, given),
        "fused": label(fused_map(lam, cam), given),
        "cam_predicted": label(cam, predicted),
    }


def _bytes(labels: Tensor) -> Labels:
    return labels.to(torch.uint8).cpu().numpy()
