"""Label maps from stored network outputs, by the protocol of a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.predictions import read_arrays
from methods.postprocess.fusion import fuse_logits, fuse_maps, logits_key, maps_key, seed_labels
from methods.protocols import Protocol

Floats = NDArray[np.float32]
Stored = Mapping[str, NDArray[Any]]


def stored_keys(protocol: Protocol) -> list[str]:
    """Names of the stored arrays that a protocol reads."""
    if protocol.of_decoder:
        return [logits_key(scale) for scale in protocol.scales]
    assert protocol.labels is not None  # the schema demands it
    maps = [maps_key(protocol.map, scale) for scale in protocol.scales]
    return ["classes", protocol.labels, *maps]


def label_image(
    file: Path, protocol: Protocol, image_size: int, size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Label one image without a CRF.

    Args:
        file: its stored network outputs (.npz).
        protocol: how labels are made of them.
        image_size: side of the network's square input at scale 1, pixels.
        size: height and width of the image, pixels.

    Returns:
        uint8 (H, W) with 0 for background and 1..C for classes.

    Raises:
        InputError: the file is missing or broken.
    """
    stored = read_arrays(file, stored_keys(protocol))
    if protocol.of_decoder:
        scores = decoder_scores(stored, protocol, size)
        labels: NDArray[np.uint8] = scores.argmax(axis=0).astype(np.uint8)
        return labels
    assert protocol.background is not None  # the schema demands it
    maps, classes = class_maps(stored, protocol, image_size, size)
    return seed_labels(maps, classes, protocol.background)


def decoder_scores(stored: Stored, protocol: Protocol, size: tuple[int, int]) -> Floats:
    """Fused logits of the decoder, float32 (C+1, H, W)."""
    return fuse_logits(stored, size, protocol.scales, protocol.flip)


def class_maps(
    stored: Stored, protocol: Protocol, image_size: int, size: tuple[int, int]
) -> tuple[Floats, NDArray[np.int64]]:
    """Fused maps float32 (P, H, W) of the classes that may appear, and their zero-based numbers."""
    assert protocol.labels is not None
    allowed = stored[protocol.labels]
    keys = [maps_key(protocol.map, scale) for scale in protocol.scales]
    kept = {key: stored[key][:, allowed] for key in keys}
    maps = fuse_maps(kept, protocol.map, protocol.scales, image_size, size, protocol.flip)
    return maps, stored["classes"][allowed]
