"""The parts of CDTR's training: network, objective and optimizer, and the batches of images."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

from methods.cdtr.clip_guidance import build_guidance
from methods.cdtr.epochs import plan_epochs
from methods.cdtr.formulation import read_formulation
from methods.cdtr.network import CDTR
from methods.cdtr.objective import Objective
from methods.cdtr.repeated import RepeatedBatches
from methods.cdtr.settings import NetworkSettings, TrainingSettings
from methods.cdtr.step import EmulatedStep
from methods.cdtr.weights import load_backbone
from methods.data.image_index import ImageRecord
from methods.data.one_class import single_class
from methods.settings import build
from methods.training.checkpoints import GivenWeights
from methods.training.dataset import ImageLabelDataset
from methods.training.loading import Turns, load_batches
from methods.training.processes import Processes
from methods.weights.clip import load_clip


def build_step(
    run: Mapping[str, Any],
    settings: TrainingSettings,
    classes: Sequence[str],
    weights: Path,
    guide: GivenWeights,
    device: torch.device,
    processes: Processes,
) -> EmulatedStep:
    """The network with its pretrained weights, its objective with the guide, and the optimizer.

    Args:
        run: the run's block of the experiment file.
        settings: its training.
        classes: names of the C classes.
        weights: state dict of a plain ViT.
        guide: weights of CLIP.
        device: that the network and CLIP are to be on.
        processes: that train together.

    Raises:
        InputError: a file of weights is not what it must be, or a prompt is too long for CLIP.
    """
    formulation = read_formulation(run)
    network = build(NetworkSettings, run["network"])
    model = CDTR(network, len(classes), formulation, settings.precision.network)
    load_backbone(model, weights)
    model.to(device).train()
    processes.copy_weights(model)
    names = settings.prompt_names or classes
    guidance = build_guidance(load_clip(guide.path, guide.network, device), names, formulation)
    objective = Objective(settings.losses, formulation, guidance)
    emulated = settings.emulate_processes
    return EmulatedStep(model, objective, settings.optimizer, emulated, processes)


def load_views(
    dataset: ImageLabelDataset,
    settings: TrainingSettings,
    seed: int,
    done: int,
    processes: Processes,
) -> DataLoader[Any]:
    """One batch for each emulated process of this one and iteration, those of one in a row.

    Args:
        dataset: of the images.
        settings: of the training.
        seed: of the views.
        done: iterations that an earlier attempt has done; they are left out.
        processes: that train together.

    Raises:
        InputError: an image has not one class.
    """
    require_one_class(dataset.records)
    emulated = settings.emulate_processes
    sampler = make_sampler(len(dataset), settings, seed)
    turns = Turns(sampler, emulated, processes)
    skipped = done * emulated // processes.count
    return load_batches(dataset, turns, settings.loader_workers, skipped)


def make_sampler(images: int, settings: TrainingSettings, seed: int) -> RepeatedBatches:
    """Which views of so many images the batches of a training show."""
    plan = plan_epochs(images, settings)
    return RepeatedBatches(plan, settings.epochs, settings.sampler.set_epoch, seed)


def require_one_class(records: Sequence[ImageRecord]) -> None:
    """Check that every image shows objects of one class.

    Raises:
        InputError: one has none, or several.
    """
    for record in records:
        single_class(record)
