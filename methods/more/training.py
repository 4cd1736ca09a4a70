"""Training MoRe on image-level labels."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from methods.data.files import sha256, write_json
from methods.data.image_index import read_index
from methods.more.augmentation import build_view
from methods.more.formulation import Formulation, complete, read_formulation
from methods.more.network import MoRe
from methods.more.objective import TERMS, Objective
from methods.more.settings import LossSettings, NetworkSettings, TrainingSettings
from methods.more.weights import load_backbone, save_checkpoint
from methods.settings import build
from methods.training.batches import BatchSampler
from methods.training.dataset import ImageLabelDataset
from methods.training.guards import require_finite
from methods.training.journal import Journal
from methods.training.machine import describe_machine
from methods.training.schedule import build_optimizer, learning_rates, set_learning_rates
from methods.training.seeding import allow_tf32, seed_everything, select_device

Batch = tuple[Tensor, Tensor, Tensor, Tensor]  # pixels, labels, boxes, positions
COLUMNS = (
    "iteration",
    *TERMS,
    "total",
    "lr_encoder",
    "lr_heads",
    "images_per_second",
    "data_wait_seconds",
)
_CRE_OVERFLOWS = (
    "the published form of CRE overflows where patches are long and the temperature is low: set"
    " formulation: {cre_range: fixed}, which gives the same number wherever the published form is"
    " finite"
)


def resolve(
    *, run: Mapping[str, Any], classes: Sequence[str], index: Path, seed: int, device: str
) -> dict[str, Any]:
    """Every effective value of a run, with what follows from them.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C foreground classes.
        index: index.csv of the data set.
        seed: of every generator.
        device: auto, cpu or cuda.

    Returns:
        The run's block with every switch of its formulation, plus `derived`, plain values ready
        for YAML. `marks` are the iterations at which the objective changes, each with a phrase
        that says how.
    """
    settings = build(TrainingSettings, run["training"])
    split = run["train_split"]
    count = len(read_index(index, split, classes))
    sampler = BatchSampler(count, settings.batch_size, settings.iterations, seed)
    seen = [position for batch in sampler for position, _ in batch]
    steps = sorted({0, settings.schedule.warmup_iterations, settings.iterations // 2})
    return {
        **complete(run),
        "seed": seed,
        "classes": list(classes),
        "derived": {
            "device": str(select_device(device)),
            "global_batch": settings.batch_size,
            "training_images": count,
            "images_seen": len(seen),
            "distinct_images_seen": len(set(seen)),
            "passes_over_the_split": round(len(seen) / count, 3),
            "iterations_a_pass": count // settings.batch_size,
            "marks": _marks(settings.losses),
            "learning_rates": {
                n: learning_rates(n, settings.iterations, settings.optimizer, settings.schedule)
                for n in [*steps, settings.iterations - 1]
            },
        },
    }


def _marks(losses: LossSettings) -> list[list[int | str]]:
    marks = [
        (losses.ptc_start, "PTC begins to count"),
        (losses.region_start, "CRE and URE begin to count"),
        (losses.seg_start, "segmentation and regulariser begin to count"),
        (losses.mask_switch, "CRE and URE turn from auxiliary CAM to CAM"),
    ]
    return [[last + 1, change] for last, change in sorted(marks) if last > -1]


def train(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    index: Path,
    images: Path,
    weights: Path,
    output: Path,
    seed: int,
    device: str,
) -> None:
    """Train one run and write journal.csv, checkpoints/ and done.json into `output`.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C foreground classes.
        index: index.csv of the data set: images and image-level labels.
        images: the folder that the index's image paths are relative to.
        weights: state dict of a plain ViT.
        output: an existing folder.
        seed: of every generator.
        device: auto, cpu or cuda.

    Raises:
        InputError: a loss term is not finite, or the split is smaller than a batch.
    """
    settings = build(TrainingSettings, run["training"])
    where = select_device(device)
    seed_everything(seed)
    allow_tf32(settings.precision.tf32)
    formulation = read_formulation(run)
    network = build(NetworkSettings, run["network"])
    model = MoRe(network, len(classes), formulation, settings.precision.network)
    load_backbone(model, weights)
    model.to(where).train()
    dataset = ImageLabelDataset(
        index, images, run["train_split"], classes, build_view(settings.augmentation)
    )
    sampler = BatchSampler(len(dataset), settings.batch_size, settings.iterations, seed)
    loader: Iterable[Batch] = DataLoader(
        dataset, batch_sampler=sampler, num_workers=settings.loader_workers
    )
    start = time.perf_counter()
    written, seen = _fit(model, dataset, loader, settings, formulation, where, output)
    write_json(
        output / "done.json",
        {
            "iterations": settings.iterations,
            "seconds": round(time.perf_counter() - start, 1),
            "images_seen": settings.iterations * settings.batch_size,
            "distinct_images": seen,
            "device": str(where),
            "machine": describe_machine(where),
            "checkpoints": written,
        },
    )


def _fit(
    model: MoRe,
    dataset: ImageLabelDataset,
    loader: Iterable[Batch],
    settings: TrainingSettings,
    formulation: Formulation,
    device: torch.device,
    output: Path,
) -> tuple[list[dict[str, Any]], int]:
    """Run the loop; return the written checkpoints and the number of distinct images seen."""
    optimizer = build_optimizer(model.parameter_groups(), settings.optimizer)
    objective = Objective(settings, formulation)
    remedies = {"cre": _CRE_OVERFLOWS} if formulation.cre_range == "program" else {}
    written: list[dict[str, Any]] = []
    seen: set[int] = set()
    # The journal of a run that stops keeps this name, which no rule claims and thus deletes.
    unfinished = output / "journal.unfinished.csv"
    with Journal(unfinished, COLUMNS) as journal:
        progress = tqdm(total=settings.iterations, desc="training", disable=None)
        end = time.perf_counter()
        for n_iter, (pixels, labels, boxes, positions) in enumerate(loader):
            begin = time.perf_counter()
            rates = set_learning_rates(
                optimizer, n_iter, settings.iterations, settings.optimizer, settings.schedule
            )
            terms = objective(model, pixels.to(device), labels.to(device), n_iter, boxes.to(device))
            values = {name: float(value.detach()) for name, value in terms.items()}
            batch = positions.tolist()
            ids = [dataset.records[position].id for position in batch]
            require_finite(unfinished, values, n_iter, ids, remedies)
            optimizer.zero_grad(set_to_none=True)
            terms["total"].backward()
            optimizer.step()
            wait, end = begin - end, time.perf_counter()
            speed = {
                "images_per_second": len(batch) / (end - begin + wait),
                "data_wait_seconds": wait,
            }
            journal.write({"iteration": n_iter} | values | rates | speed)
            seen.update(batch)
            progress.update()
            if n_iter % settings.log_every == 0:
                tqdm.write(_line(n_iter, values | rates | speed))
            if (n_iter + 1) % settings.checkpoint_every == 0 or n_iter + 1 == settings.iterations:
                written.append(_save(output / "checkpoints", n_iter + 1, model))
    unfinished.rename(output / "journal.csv")
    return written, len(seen)


def _line(n_iter: int, values: Mapping[str, float]) -> str:
    return f"iteration={n_iter} " + " ".join(f"{k}={v:.4g}" for k, v in values.items())


def _save(folder: Path, iteration: int, model: MoRe) -> dict[str, Any]:
    path = folder / f"iteration_{iteration:06d}.pt"
    save_checkpoint(path, model)
    return {"iteration": iteration, "file": path.name, "sha256": sha256(path)}
