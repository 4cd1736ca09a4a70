"""One training, run by two builds: `methods/` and this folder. Each returns its journal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from methods.data.transforms import normalise
from methods.more.formulation import PROGRAM, Formulation
from methods.more.network import MoRe
from methods.more.objective import Objective
from methods.more.settings import NetworkSettings, TrainingSettings
from methods.settings import build
from methods.training.schedule import build_optimizer, set_learning_rates
from tests.golden.golden import load_recipe
from tests.reference.step import AdamW, Step, compute, learning_rate
from tests.unit.small_run import small_run

Journal = list[dict[str, float]]
# Sees every iteration: its number, the network before the step, the images and the labels.
Observer = Callable[[int, MoRe, Tensor, Tensor], None]

ITERATIONS = 300
CLASSES = 4
SIDE = 42  # pixels: a grid of 7 x 7 patches, other than the position table's 6 x 6
IMAGES = 8
_COLOURS = ((220, 60, 50), (50, 90, 220), (60, 200, 70), (230, 210, 60))


def network_settings() -> NetworkSettings:
    run = small_run()["network"]
    return build(
        NetworkSettings,
        run | {"patch_size": 6, "pretrained_size": 36, "decoder_width": 16, "decoder_dilation": 2},
    )


def training_settings() -> TrainingSettings:
    """Every stage is passed: warm-up, decoder off and on, both sources of the masks.

    Adam's eps is large so that rounding errors of gradients that are zero do not become steps.
    """
    run = small_run()["training"]
    run |= {"iterations": ITERATIONS}
    run["optimizer"] |= {"lr": 3e-4, "head_lr_factor": 10, "eps": 1e-5}
    run["schedule"] |= {"warmup_iterations": 20}
    run["pseudo_labels"]["par"] = {"dilations": [1, 2], "iterations": 3}
    run["losses"] |= {"seg_start": 40, "mask_switch": 150}
    # A weight that makes the energy as large as the other terms, so that 1e-4 says something.
    run["losses"]["energy"] |= {"weight": 1e-4, "sigma_xy": 64}
    return build(TrainingSettings, run)


def batches() -> Iterator[tuple[Tensor, Tensor]]:
    """Images (2, 3, SIDE, SIDE), normalised, and labels (2, CLASSES) of every iteration.

    Two of eight images with one or two shapes, another two every time. The images have float32
    values in any dtype: exact ones would lie on the edge where their bytes are truncated.
    """
    draw = np.random.default_rng(0)
    scenes = [_scene(draw) for _ in range(IMAGES)]
    dtype = torch.get_default_dtype()
    pixels = torch.stack([normalise(image).to(torch.float32).to(dtype) for image, _ in scenes])
    labels = torch.tensor([present for _, present in scenes]).to(dtype)
    for _ in range(ITERATIONS):
        chosen = draw.choice(IMAGES, 2, replace=False).tolist()
        yield pixels[chosen], labels[chosen]


def _scene(draw: np.random.Generator) -> tuple[np.ndarray[Any, Any], list[int]]:
    """Noisy discs and squares, a colour a class, on grey: uint8 (SIDE, SIDE, 3), multi-hot."""
    image = np.full((SIDE, SIDE, 3), (110.0, 120.0, 100.0))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    present = [0] * CLASSES
    for index in draw.choice(CLASSES, draw.integers(1, 3), replace=False):
        down, right = (abs(axis - draw.uniform(10, 32)) for axis in (rows, columns))
        radius = draw.uniform(6, 10)
        distance = np.hypot(down, right) if index % 2 else np.maximum(down, right)
        image[distance < radius] = _COLOURS[index]
        present[index] = 1
    image += draw.normal(0, 12, image.shape)
    return image.clip(0, 255).astype(np.uint8), present


def build_network(formulation: Formulation = PROGRAM) -> MoRe:
    """The network at its first step; no two class tokens are equal."""
    model = MoRe(network_settings(), CLASSES, formulation=formulation)
    load_recipe(model)
    return model.train()


def train_ours(
    formulation: Formulation = PROGRAM,
    iterations: int = ITERATIONS,
    observe: Observer | None = None,
) -> Journal:
    """Run the build under test for its first iterations, in the order of its training loop."""
    settings = training_settings()
    model = build_network(formulation)
    optimizer = build_optimizer(model.parameter_groups(), settings.optimizer)
    objective = Objective(settings, formulation)
    journal = []
    torch.manual_seed(0)
    for n_iter, (images, labels) in enumerate(islice(batches(), iterations)):
        set_learning_rates(
            optimizer, n_iter, settings.iterations, settings.optimizer, settings.schedule
        )
        generator = torch.get_rng_state()
        terms = objective(model, images, labels, n_iter)
        journal.append({name: term.item() for name, term in terms.items()})
        if observe is not None:
            with torch.random.fork_rng(devices=[]):
                torch.set_rng_state(generator)  # the observer draws the same numbers
                observe(n_iter, model, images, labels)
        optimizer.zero_grad(set_to_none=True)
        terms["total"].backward()
        optimizer.step()
    return journal


def train_reference() -> tuple[Journal, list[Step]]:
    """The reference, and the labels that it used."""
    settings = training_settings()
    weights = reference_weights(build_network())
    optimizer = AdamW(weights, settings.optimizer)
    journal, steps = [], []
    torch.manual_seed(0)
    for n_iter, (images, labels) in enumerate(batches()):
        step = reference_step(weights, images, labels, n_iter)
        journal.append({name: term.item() for name, term in step.terms.items()})
        step.terms["total"].backward()
        optimizer.step(
            learning_rate(n_iter, settings.iterations, settings.optimizer.lr, settings.schedule)
        )
        steps.append(step._replace(terms={}))
    return journal, steps


def reference_weights(model: MoRe) -> dict[str, Tensor]:
    return {
        name: weight.detach().clone().requires_grad_() for name, weight in model.named_parameters()
    }


def reference_step(weights: dict[str, Tensor], images: Tensor, labels: Tensor, n_iter: int) -> Step:
    settings = training_settings()
    return compute(
        weights,
        images,
        labels,
        n_iter,
        network_settings(),
        settings.pseudo_labels,
        settings.losses,
    )


@contextmanager
def double_precision() -> Iterator[None]:
    """Inside, whoever asks torch for float32 gets float64."""

    class Double(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            kwargs = dict(kwargs or {})
            if func is torch.Tensor.float:
                func = torch.Tensor.double
            if kwargs.get("dtype") is torch.float32:
                kwargs["dtype"] = torch.float64
            return func(*args, **kwargs)

    own = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with Double():
            yield
    finally:
        torch.set_default_dtype(own)
