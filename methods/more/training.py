"""Training MoRe on image-level labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from methods.data.image_index import read_index
from methods.more.augmentation import build_view
from methods.more.batches import BatchSampler
from methods.more.formulation import complete, read_formulation
from methods.more.loop import COLUMNS, Step, fit
from methods.more.network import MoRe
from methods.more.settings import LossSettings, NetworkSettings, TrainingSettings
from methods.more.weights import load_backbone
from methods.settings import build
from methods.training.dataset import ImageLabelDataset
from methods.training.loading import Share, load_batches
from methods.training.machine import describe_machine, peak_memory
from methods.training.processes import ALONE, Processes
from methods.training.recorder import recording
from methods.training.schedule import learning_rates
from methods.training.seeding import allow_tf32, seed_everything, select_device
from methods.training.sharing import process_count
from methods.training.stalls import limit_wait
from methods.training.standing import Part, Standing
from methods.training.states import Keeping
from methods.training.watching import Watching


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
        "gpus": process_count(run),
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
    keeping: Keeping,
    watching: Watching,
    processes: Processes = ALONE,
) -> None:
    """Train one run and write journal.csv, checkpoints/ and done.json into `output`.

    Where an earlier attempt left a state there, the training goes on from it.

    Args:
        run: the run's block of the experiment file.
        classes: names of the C foreground classes.
        index: index.csv of the data set: images and image-level labels.
        images: the folder that the index's image paths are relative to.
        weights: state dict of a plain ViT.
        output: an existing folder.
        seed: of every generator.
        device: auto, cpu or cuda.
        keeping: of the states.
        watching: of the training.
        processes: that train together, as many as the run's `gpus`. All draw from the same seed,
            as in the published program.

    Raises:
        InputError: a loss term is not finite, the split is smaller than a batch, or the states
            are of another training.
        StoppedError: a signal asks to stop.
    """
    standing = Standing(output, keeping, watching, processes)
    settings = build(TrainingSettings, run["training"])
    where = select_device(device)
    model = _build_model(run, settings, classes, weights, where, seed)
    processes.copy_weights(model)
    dataset = ImageLabelDataset(
        index, images, run["train_split"], classes, build_view(settings.augmentation)
    )
    sampler = BatchSampler(len(dataset), settings.batch_size, settings.iterations, seed)
    share = Share(sampler, processes)
    loader = load_batches(dataset, share, settings.loader_workers, standing.start)
    limit_wait(loader, watching.limits.loader_minutes)
    step = Step(model, settings, read_formulation(run), dataset.records, processes)
    parts: dict[str, Part] = {"model": model, "optimizer": step.optimizer}
    with recording(standing, COLUMNS, parts, settings.iterations) as recorder:
        fit(step, iter(loader), settings, recorder)
        machine = {"device": str(where), "machine": describe_machine(where)}
        recorder.finish({**machine, "memory": processes.gather(peak_memory(where))})


def _build_model(
    run: Mapping[str, Any],
    settings: TrainingSettings,
    classes: Sequence[str],
    weights: Path,
    device: torch.device,
    seed: int,
) -> MoRe:
    """The network with its pretrained weights; every generator is seeded before."""
    seed_everything(seed)
    allow_tf32(settings.precision.tf32)
    network = build(NetworkSettings, run["network"])
    model = MoRe(network, len(classes), read_formulation(run), settings.precision.network)
    load_backbone(model, weights)
    model.to(device).train()
    return model
