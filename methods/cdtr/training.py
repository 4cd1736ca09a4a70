"""Training CDTR on image-level labels, with a frozen CLIP as its guide."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from methods.cdtr.assembly import build_step, load_views, make_sampler, require_one_class
from methods.cdtr.augmentation import TimmView
from methods.cdtr.epochs import plan_epochs
from methods.cdtr.formulation import complete, read_formulation
from methods.cdtr.loop import COLUMNS, Feed, fit
from methods.cdtr.schedule import learning_rates, peak_rate
from methods.cdtr.settings import TrainingSettings
from methods.data.image_index import read_index
from methods.settings import build
from methods.training.checkpoints import GivenWeights
from methods.training.dataset import ImageLabelDataset
from methods.training.machine import describe_machine, peak_memory
from methods.training.processes import ALONE, Processes
from methods.training.recorder import recording
from methods.training.seeding import allow_tf32, seed_everything, select_device
from methods.training.sharing import process_count
from methods.training.stalls import limit_wait
from methods.training.standing import Part, Standing
from methods.training.states import Keeping
from methods.training.watching import Watching

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
    require_one_class(records)
    count = len(records)
    sampler = make_sampler(count, settings, seed)
    plan, epochs = sampler.plan, settings.epochs
    distinct = sampler.distinct_after({n for n in _COUNTED_AFTER if n < epochs} | {epochs})
    rates = learning_rates(settings, read_formulation(run).schedule)
    batch = settings.batch_size * settings.emulate_processes
    return {
        **complete(run),
        "gpus": process_count(run),
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
    keeping: Keeping,
    watching: Watching,
    processes: Processes = ALONE,
) -> None:
    """Train one run and write journal.csv, checkpoints/ and done.json into `output`.

    Where an earlier attempt left a state there, the training goes on from it.

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
        keeping: of the states.
        watching: of the training.
        processes: that train together, as many as the run's `gpus`; each emulates as many of the
            published program's as the others.

    Raises:
        InputError: a loss term is not finite, the split does not fill an iteration, an image has
            not one class, or the states are of another training.
        StoppedError: a signal asks to stop.
    """
    standing = Standing(output, keeping, watching, processes)
    settings = build(TrainingSettings, run["training"])
    where = _prepare(device, seed, settings)
    step = build_step(run, settings, classes, weights, guide, where, processes)
    view = TimmView(settings.augmentation)
    dataset = ImageLabelDataset(index, images, run["train_split"], classes, view)
    loader = load_views(dataset, settings, seed, standing.start, processes)
    limit_wait(loader, watching.limits.loader_minutes)
    rates = learning_rates(settings, read_formulation(run).schedule)
    parts: dict[str, Part] = {"model": step.model, "step": step}
    total = settings.epochs * plan_epochs(len(dataset), settings).iterations
    with recording(standing, COLUMNS, parts, total) as recorder:
        fit(step, Feed(iter(loader), dataset.records, where), rates, settings, recorder)
        machine = {"device": str(where), "machine": describe_machine(where)}
        memory = processes.gather(peak_memory(where))
        recorder.finish({"skipped_steps": step.skipped, **machine, "memory": memory})


def _prepare(device: str, seed: int, settings: TrainingSettings) -> torch.device:
    """The device, with every generator seeded."""
    seed_everything(seed)
    allow_tf32(settings.precision.tf32)
    return select_device(device)
