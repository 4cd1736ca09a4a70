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
from methods.cdtr.settings import NetworkSettings, TrainingSettings
from methods.cdtr.step import EmulatedStep
from methods.cdtr.weights import load_backbone
from methods.data.image_index import ImageRecord
from methods.data.one_class import single_class
from methods.settings import build
from methods.training.checkpoints import GivenWeights
from methods.training.dataset import ImageLabelDataset
from methods.training.repeated import RepeatedBatches
from methods.weights.clip import load_clip


def build_step(
    run: Mapping[str, Any],
    settings: TrainingSettings,
    classes: Sequence[str],
    weights: Path,
    guide: GivenWeights,
    device: torch.device,
) -> EmulatedStep:
    """The network with its pretrained weights, its objective with the guide, and the optimizer.

    Args:
        run: the run's block of the experiment file.
        settings: its training.
        classes: names of the C classes.
        weights: state dict of a plain ViT.
        guide: weights of CLIP.
        device: that the network and CLIP are to be on.

    Raises:
        InputError: a file of weights is not what it must be, or a prompt is too long for CLIP.
    """
    formulation = read_formulation(run)
    network = build(NetworkSettings, run["network"])
    model = CDTR(network, len(classes), formulation, settings.precision.network)
    load_backbone(model, weights)
    model.to(device).train()
    names = settings.prompt_names or classes
    guidance = build_guidance(load_clip(guide.path, guide.network, device), names, formulation)
    objective = Objective(settings.losses, formulation, guidance)
    return EmulatedStep(model, objective, settings.optimizer, settings.emulate_processes)


def load_batches(
    dataset: ImageLabelDataset, settings: TrainingSettings, seed: int
) -> DataLoader[Any]:
    """One batch for each process and iteration, the processes of an iteration in a row.

    Raises:
        InputError: an image has not one class.
    """
    require_one_class(dataset.records)
    sampler = make_sampler(len(dataset), settings, seed)
    return DataLoader(dataset, batch_sampler=sampler, num_workers=settings.loader_workers)


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
