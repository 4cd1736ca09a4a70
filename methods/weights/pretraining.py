"""Pretraining of a small ViT on generated scenes: the stand-in of large-scale pretraining.

The network learns to tell, for every patch, which texture, hue and shape it shows and whether it
is part of an object. It sees no class of the data set it is later used on: their pairs of shape
and texture are left out.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from methods.data.appearance import CLASS_APPEARANCES
from methods.data.files import sha256, write_json
from methods.data.transforms import normalise
from methods.settings import build
from methods.training.guards import require_finite
from methods.training.seeding import seed_everything, select_device
from methods.weights.attributes import (
    HEADS,
    AttributeNetwork,
    BackboneSettings,
    attribute_losses,
    render_example,
)
from methods.weights.state_dicts import save_state
from methods.workers import map_in_order

HELD_OUT = 120  # scenes that only the card's accuracies are measured on


@dataclass(frozen=True)
class PretrainingSettings:
    """One pretraining run: AdamW, one-cycle cosine schedule with warm-up."""

    seed: int
    scenes: int
    iterations: int
    batch_size: int
    lr: float
    weight_decay: float
    warmup_iterations: int
    precision: Literal["fp32", "bf16"]


@dataclass(frozen=True)
class Examples:
    """Scenes in memory: images uint8 (n, H, W, 3), labels int8 (n, heads, h, w)."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int8]

    def batch(self, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Normalised images float32 (B, 3, H, W) and labels int64 (B, heads, h, w)."""
        images = torch.stack([normalise(self.images[number]) for number in chosen])
        return images, torch.from_numpy(self.labels[chosen]).long()


def render_examples(
    settings: PretrainingSettings, backbone: BackboneSettings, processes: int
) -> Examples:
    """Render the training scenes and, after them, the held-out ones."""
    render = partial(
        render_example,
        seed=settings.seed,
        size=backbone.image_size,
        patch_size=backbone.patch_size,
    )
    examples = list(map_in_order(render, range(settings.scenes + HELD_OUT), processes))
    return Examples(
        np.stack([image for image, _ in examples]), np.stack([labels for _, labels in examples])
    )


def pretrain(
    *,
    weights: Mapping[str, Any],
    name: str,
    output: Path,
    card: Path,
    device: str,
    threads: int,
) -> None:
    """Train a backbone, write its state dict to `output` and what it saw and reached to `card`.

    Args:
        weights: the entry of the experiment file, with `network` and `pretraining`.
        name: of the entry.
        output: the .pt file, a plain ViT's state dict with timm's keys.
        card: the JSON file.
        device: auto, cpu or cuda.
        threads: processes that render scenes.

    Raises:
        InputError: a loss is not finite.
    """
    settings = build(PretrainingSettings, weights["pretraining"])
    backbone = build(BackboneSettings, weights["network"])
    start = time.perf_counter()
    where = select_device(device)
    seed_everything(settings.seed)
    examples = render_examples(settings, backbone, threads)
    rendered = time.perf_counter()
    network = AttributeNetwork(backbone).to(where)
    _fit(network, examples, settings, where, card)
    accuracy = _accuracies(network, examples, where)
    save_state(output, network.encoder)
    classes = [f"{look.shape} + {look.texture}" for look in CLASS_APPEARANCES]
    write_json(
        card,
        {
            "name": name,
            "source": "pretrained",
            "file": output.name,
            "sha256": sha256(output),
            "network": asdict(backbone),
            "task": "texture, hue, shape and object-or-not of every patch of a generated scene",
            "label_set": HEADS,
            "left_out": classes,
            "scenes": settings.scenes,
            "seed": settings.seed,
            "accuracy": accuracy,
            "seconds": {
                "rendering": round(rendered - start, 1),
                "training": round(time.perf_counter() - rendered, 1),
            },
        },
    )


def _fit(
    network: AttributeNetwork,
    examples: Examples,
    settings: PretrainingSettings,
    device: torch.device,
    card: Path,
) -> None:
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.lr, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        settings.lr,
        total_steps=settings.iterations,
        pct_start=settings.warmup_iterations / settings.iterations,
        cycle_momentum=False,
    )
    for n_iter in tqdm(range(settings.iterations), disable=None):
        chosen = torch.randint(settings.scenes, (settings.batch_size,)).tolist()
        images, labels = examples.batch(chosen)
        if torch.rand(()) < 0.5:  # every shape and texture keeps its name in the mirror
            images, labels = images.flip(3), labels.flip(3)
        with torch.autocast(device.type, torch.bfloat16, enabled=settings.precision == "bf16"):
            losses = attribute_losses(network, images.to(device), labels.flatten(2).to(device))
        values = {term: float(loss.detach()) for term, loss in losses.items()}
        require_finite(card, values, n_iter, [f"scene {k}" for k in chosen])
        optimizer.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
        schedule.step()
        if n_iter % 20 == 0:
            tqdm.write(f"iteration={n_iter} " + " ".join(f"{k}={v:.3f}" for k, v in values.items()))


def _accuracies(
    network: AttributeNetwork, examples: Examples, device: torch.device
) -> dict[str, float]:
    """Percent of the labelled patches of the held-out scenes that each head gets right."""
    images, labels = examples.batch(range(len(examples.images) - HELD_OUT, len(examples.images)))
    with torch.inference_mode():
        logits, _ = network(images.to(device))
    accuracy: dict[str, float] = {}
    for number, head in enumerate(HEADS):
        truth = labels[:, number].flatten(1)
        right = (logits[head].argmax(-1).cpu() == truth)[truth >= 0]
        accuracy[f"{head}_patches"] = round(100 * float(right.float().mean()), 2)
    predicted = logits["object"].argmax(-1).cpu().bool()
    truth = labels[:, list(HEADS).index("object")].flatten(1) == 1
    overlap = float((predicted & truth).sum()) / float((predicted | truth).sum())
    accuracy["object_iou"] = round(100 * overlap, 2)
    return accuracy
