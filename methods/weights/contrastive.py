"""Contrastive training of a small CLIP on generated birds: the stand-in of OpenAI's.

A pair is a rendered bird and the text "a photo of {name}." with the name of its kind. As OpenAI's
CLIP has seen birds of every species and their names, this one has seen every kind of bird with its
name, those that a data set takes for its classes among them, in renderings of its own.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from methods.data.birds import BIRD_KINDS, class_names, render_bird
from methods.data.files import sha256, write_json
from methods.errors import InputError
from methods.settings import build
from methods.training.guards import require_finite
from methods.training.seeding import seed_everything, select_device
from methods.weights.clip import tokens
from methods.weights.clip_networks import CLIP, CLIP_MEAN, CLIP_STD, build_clip
from methods.weights.clip_sizes import PROMPT
from methods.weights.state_dicts import save_state
from methods.workers import map_in_order

KINDS = len(BIRD_KINDS)
HELD_OUT = 10  # pictures of each kind that only the card's accuracies are measured on
FEW = 8  # kinds of the smaller choice on the card, those that a data set begins with
_STREAM = 77  # keeps these renderings apart from those that data sets make of the same seed
_HIGHEST_SCALE = 100.0  # of the logits, as in CLIP


@dataclass(frozen=True)
class ContrastiveSettings:
    """One contrastive training: AdamW, one-cycle cosine schedule with warm-up."""

    seed: int
    pairs: int
    iterations: int
    batch_size: int  # each picture of another kind
    lr: float
    weight_decay: float
    warmup_iterations: int
    precision: Literal["fp32", "bf16"]


def render_example(number: int, *, seed: int, size: int) -> NDArray[np.uint8]:
    """Render picture `number` of a seed, uint8 (size, size, 3), of kind `number` modulo 36."""
    rng = np.random.default_rng([seed, number, _STREAM])
    return render_bird(rng, size, size, number % KINDS, KINDS).image


def train_clip(
    *,
    weights: Mapping[str, Any],
    name: str,
    output: Path,
    card: Path,
    device: str,
    threads: int,
) -> None:
    """Train both towers, write their state dict to `output`, what they saw and reached to `card`.

    Args:
        weights: the entry of the experiment file, with `network` and `contrastive`.
        name: of the entry.
        output: the .pt file, a state dict that `methods.weights.clip.load_clip` reads.
        card: the JSON file.
        device: auto, cpu or cuda.
        threads: processes that render pictures.

    Raises:
        InputError: a loss is not finite, a kind's name is too long for the text tower, or there
            are too few pairs or too many of them in a batch.
    """
    settings = build(ContrastiveSettings, weights["contrastive"])
    _require_kinds(name, settings)
    start = time.perf_counter()
    where = select_device(device)
    seed_everything(settings.seed)
    size = weights["network"]["image_size"]
    render = partial(render_example, seed=settings.seed, size=size)
    numbers = range(settings.pairs + KINDS * HELD_OUT)
    pictures = np.stack(list(map_in_order(render, numbers, threads)))
    rendered = time.perf_counter()
    model = build_clip(weights["network"]).to(where)
    texts = _texts(model).to(where)
    _fit(model, pictures[: settings.pairs], texts, settings, where, card)
    held_out = pictures[-KINDS * HELD_OUT :], np.array(numbers[-KINDS * HELD_OUT :]) % KINDS
    accuracy = _accuracies(model, *held_out, texts)
    save_state(output, model)
    write_json(
        card,
        {
            "name": name,
            "source": "contrastive",
            "file": output.name,
            "sha256": sha256(output),
            "network": dict(weights["network"]),
            "task": f"telling which of {KINDS} kinds' names belongs to a generated bird, and back;"
            " every class of the generated data set is among the kinds, in other renderings",
            "label_set": list(class_names(KINDS)),
            "prompt": PROMPT,
            "pairs": settings.pairs,
            "seed": settings.seed,
            "accuracy": accuracy,
            "seconds": {
                "rendering": round(rendered - start, 1),
                "training": round(time.perf_counter() - rendered, 1),
            },
        },
    )


def _require_kinds(name: str, settings: ContrastiveSettings) -> None:
    if settings.pairs < KINDS or settings.batch_size > KINDS:
        raise InputError(
            f"weights.{name}.contrastive",
            f"{settings.pairs} pairs in batches of {settings.batch_size}",
            f"at least {KINDS} pairs, one of every kind, in batches of at most {KINDS}",
            "change pairs or batch_size",
        )


def _texts(model: CLIP) -> Tensor:
    prompts = [PROMPT.format(name=name) for name in class_names(KINDS)]
    return tokens(prompts, model.context_length)


def _pixels(pictures: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Pictures uint8 (n, S, S, 3) to float32 (n, 3, S, S), less CLIP's mean, over its deviation."""
    pixels = torch.from_numpy(pictures).to(device).permute(0, 3, 1, 2).float() / 255
    mean, deviation = pixels.new_tensor(CLIP_MEAN), pixels.new_tensor(CLIP_STD)
    return (pixels - mean[:, None, None]) / deviation[:, None, None]


def contrastive_loss(images: Tensor, texts: Tensor, scale: Tensor) -> Tensor:
    """CLIP's loss: each image is told its text among the batch's, and each text its image.

    Args:
        images: (B, E), of length 1.
        texts: (B, E), of length 1; row i belongs to image i and to no other.
        scale: 0-d, of the cosines.

    Returns:
        0-d tensor; ln B where nothing is told apart.
    """
    logits = scale * images @ texts.T
    own = torch.arange(len(images), device=images.device)
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2


def _fit(
    model: CLIP,
    pictures: NDArray[np.uint8],
    texts: Tensor,
    settings: ContrastiveSettings,
    device: torch.device,
    card: Path,
) -> None:
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings.lr, weight_decay=settings.weight_decay, fused=True
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        settings.lr,
        total_steps=settings.iterations,
        pct_start=settings.warmup_iterations / settings.iterations,
        cycle_momentum=False,
    )
    for n_iter in tqdm(range(settings.iterations), disable=None):
        chosen = draw_pictures(len(pictures), settings.batch_size)
        images = _pixels(pictures[chosen], device)
        if torch.rand(()) < 0.5:  # every kind keeps its name in the mirror
            images = images.flip(3)
        with torch.autocast(device.type, torch.bfloat16, enabled=settings.precision == "bf16"):
            seen = model.encode_image(images, normalize=True)
            read = model.encode_text(texts[chosen % KINDS], normalize=True)
        scale = model.logit_scale.exp().clamp(max=_HIGHEST_SCALE)
        loss = contrastive_loss(seen.float(), read.float(), scale)
        value = float(loss.detach())
        require_finite(card, {"contrastive": value}, n_iter, [f"picture {k}" for k in chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
        if n_iter % 20 == 0:
            tqdm.write(f"iteration={n_iter} contrastive={value:.3f}")


def draw_pictures(count: int, batch_size: int) -> NDArray[np.int64]:
    """Draw picture numbers below `count`, no two of one kind."""
    kinds = torch.randperm(KINDS)[:batch_size]
    of_the_kind = (count - 1 - kinds) // KINDS + 1
    return ((torch.rand(batch_size) * of_the_kind).long() * KINDS + kinds).numpy()


def _accuracies(
    model: CLIP, pictures: NDArray[np.uint8], kinds: NDArray[np.int64], texts: Tensor
) -> dict[str, float]:
    """Percent of held-out pictures (and of texts) whose best match is of their kind.

    A picture chooses among all names, and among the first `FEW` where it shows one of these kinds.
    A text chooses among `KINDS` pictures in a row, one of every kind.
    """
    model.eval()
    with torch.inference_mode():
        seen = model.encode_image(_pixels(pictures, texts.device), normalize=True)
        likeness = (seen @ model.encode_text(texts, normalize=True).T).float().cpu().numpy()
    few = kinds < FEW
    rounds = likeness.reshape(-1, KINDS, KINDS)
    found = np.take_along_axis(kinds.reshape(-1, KINDS), rounds.argmax(1), axis=1)
    right = {
        f"image_to_text_{KINDS}": likeness.argmax(1) == kinds,
        "text_to_image": found == np.arange(KINDS),
        f"image_to_text_{FEW}": likeness[few, :FEW].argmax(1) == kinds[few],
    }
    return {name: round(100 * float(hits.mean()), 2) for name, hits in right.items()}
