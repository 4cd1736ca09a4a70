"""Training CDTR on image-level labels, with a frozen CLIP as its guide."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

from methods.cdtr.augmentation import TimmView
from methods.cdtr.clip_guidance import build_guidance
from methods.cdtr.epochs import plan_epochs
from methods.cdtr.formulation import complete, read_formulation
from methods.cdtr.loop import fit
from methods.cdtr.network import CDTR
from methods.cdtr.objective import Objective
from methods.cdtr.schedule import learning_rates, peak_rate
from methods.cdtr.settings import NetworkSettings, TrainingSettings
from methods.cdtr.step import EmulatedStep
from methods.cdtr.weights import load_backbone
from methods.data.files import write_json
from methods.data.image_index import ImageRecord, read_index
from methods.errors import InputError
from methods.settings import build
from methods.training.checkpoints import GivenWeights
from methods.training.dataset import ImageLabelDataset
from methods.training.machine import describe_machine
from methods.training.repeated import RepeatedBatches
from methods.training.seeding import allow_tf32, seed_everything, select_device
from methods.weights.clip import load_clip

_COUNTED_AFTER = (1, 3, 6, 11)  # epochs, besides the last, by whose end distinct images are counted


def resolve(
    *, run: Mapping[str, Any], classes: Sequence[str], index: Path, seed: int, device: str
) -> dict[str, Any]:
    """Every effective value of a run, with what follows from them.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C classes.
        index: index.csv of the data set.
        seed: of every generator.
        device: auto, cpu or cuda.

    Returns:
        The run's block with every switch of its formulation, plus `derived`, plain values ready
        for YAML. `marks`, the iterations at which the objective changes, are none.
    """
    settings = build(TrainingSettings, run["training"])
    records = read_index(index, run["train_split"], classes)
    _require_one_class(index, records)
    count = len(records)
    sampler = _sampler(count, settings, seed)
    plan, epochs = sampler.plan, settings.epochs
    distinct = sampler.distinct_after({n for n in _COUNTED_AFTER if n < epochs} | {epochs})
    rates = learning_rates(settings, read_formulation(run).schedule)
    batch = settings.batch_size * settings.emulate_processes
    return {
        **complete(run),
        "seed": seed,
        "classes": list(classes),
        "derived": {
            "device": str(select_device(device)),
            "global_batch": batch,
            "training_images": count,
            "iterations": epochs * plan.iterations,
            "iterations_an_epoch": plan.iterations,
            "images_seen": epochs * plan.shown,
            "distinct_images_seen": distinct[epochs],
            "distinct_images_an_epoch": plan.distinct,
            "distinct_images_after": distinct,
            "passes_over_the_split": round(epochs * plan.shown / count, 3),
            "peak_lr": peak_rate(settings.optimizer, batch),
            "lowest_lr": min(rates),
            "highest_lr": max(rates),
            "marks": [],
            "learning_rates": dict(enumerate(rates)),
        },
    }


def train(
    *,
    run: Mapping[str, Any],
    classes: Sequence[str],
    index: Path,
    images: Path,
    weights: Path,
    guide: GivenWeights,
    output: Path,
    seed: int,
    device: str,
) -> None:
    """Train one run and write journal.csv, checkpoints/ and done.json into `output`.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C classes.
        index: index.csv of the data set: images and image-level labels.
        images: the folder that the index's image paths are relative to.
        weights: state dict of a plain ViT.
        guide: weights of CLIP.
        output: an existing folder.
        seed: of every generator. The order of the images does not depend on it.
        device: auto, cpu or cuda.

    Raises:
        InputError: a loss term is not finite, the split does not fill an iteration, or an image has
            not one class.
    """
    settings = build(TrainingSettings, run["training"])
    where = select_device(device)
    seed_everything(seed)
    allow_tf32(settings.precision.tf32)
    formulation = read_formulation(run)
    network = build(NetworkSettings, run["network"])
    model = CDTR(network, len(classes), formulation, settings.precision.network)
    load_backbone(model, weights)
    model.to(where).train()
    names = settings.prompt_names or classes
    guidance = build_guidance(load_clip(guide.path, guide.network, where), names, formulation)
    objective = Objective(settings.losses, formulation, guidance)
    step = EmulatedStep(model, objective, settings.optimizer, settings.emulate_processes)
    dataset = ImageLabelDataset(
        index, images, run["train_split"], classes, TimmView(settings.augmentation)
    )
    _require_one_class(index, dataset.records)
    sampler = _sampler(len(dataset), settings, seed)
    loader = DataLoader(dataset, batch_sampler=sampler, num_workers=settings.loader_workers)
    rates = learning_rates(settings, formulation.schedule)
    start = time.perf_counter()
    written, seen = fit(step, loader, dataset.records, rates, settings, output)
    plan = sampler.plan
    write_json(
        output / "done.json",
        {
            "iterations": settings.epochs * plan.iterations,
            "seconds": round(time.perf_counter() - start, 1),
            "images_seen": settings.epochs * plan.shown,
            "distinct_images": seen,
            "skipped_steps": step.skipped,
            "device": str(where),
            "machine": describe_machine(where),
            "checkpoints": written,
        },
    )


def _sampler(images: int, settings: TrainingSettings, seed: int) -> RepeatedBatches:
    plan = plan_epochs(images, settings)
    return RepeatedBatches(plan, settings.epochs, settings.sampler.set_epoch, seed)


def _require_one_class(index: Path, records: Sequence[ImageRecord]) -> None:
    for record in records:
        count = int(record.labels.sum())
        if count != 1:
            raise InputError(
                index,
                f"{count} labels of image {record.id}",
                "one, as the image shows an object of one class",
                "take it out of the training split or correct its labels",
            )
