"""Where the time of one MoRe training iteration goes, as shares of the whole iteration.

    python -m benchmarks.training_step [experiment] [threads]

Weights and images are random: the work does not depend on what they show.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

from methods.more.energy import dense_energy_loss
from methods.more.formulation import read_formulation
from methods.more.localization import multi_scale_maps
from methods.more.network import CamOutput, MoRe
from methods.more.objective import Objective
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import refine_labels
from methods.more.settings import NetworkSettings, TrainingSettings
from methods.settings import build
from methods.training.seeding import allow_tf32
from methods.yaml_files import read_yaml

REPEATS = 5  # the fastest counts: other work on the machine only slows down


def seconds(work: Callable[[], object]) -> float:
    """Fastest of several calls."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main(experiment: str, threads: int) -> None:
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    file = Path(__file__).parents[1] / "experiments" / f"{experiment}.yaml"
    blocks = read_yaml(file)
    run = blocks["runs"]["more"]
    classes = len(blocks["datasets"][run["dataset"]]["classes"])
    settings = build(TrainingSettings, run["training"])
    precision, formulation = settings.precision, read_formulation(run)
    allow_tf32(precision.tf32)
    network = build(NetworkSettings, run["network"])
    model = MoRe(network, classes, formulation, precision.network)
    objective = Objective(settings, formulation)
    made = settings.pseudo_labels
    side = settings.augmentation.crop
    images = torch.randn(settings.batch_size, 3, side, side)
    labels = (torch.rand(settings.batch_size, classes) < 0.25).float()
    labels[:, 0] = 1
    par = PixelAdaptiveRefinement(made.par.dilations, made.par.iterations)
    cam = multi_scale_maps(model, images, made.cam_scales).cam
    with torch.no_grad():
        plain = model.forward_cams(images, with_lam=False)
    target = refine_labels(images, cam, labels, made.refine, par)
    logits = torch.randn(settings.batch_size, classes + 1, side, side, requires_grad=True)

    def iteration() -> None:
        n_iter = settings.losses.mask_switch + 1
        objective(model, images, labels, n_iter)["total"].backward()

    def maps(known: CamOutput | None) -> CamOutput:
        return multi_scale_maps(
            model, images, made.cam_scales, plain=known, precision=precision.cams
        )

    whole = seconds(iteration)
    parts = {
        "multi-scale CAM, no gradient": lambda: maps(plain),
        "the same if scale 1 were passed anew": lambda: maps(None),
        "forward": lambda: model(images),
        "forward and backward": lambda: model(images).seg_logits.sum().backward(),
        "refined labels (PAR)": lambda: refine_labels(images, cam, labels, made.refine, par),
        "dense energy, both ways": lambda: dense_energy_loss(
            images, logits, target, settings.losses.energy
        ).backward(),
    }
    print(f"{experiment}, {threads} threads: 1.00 = one iteration, {1000 * whole:.0f} ms")
    for name, work in parts.items():
        print(f"{seconds(work) / whole:6.2f}  {name}")


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(arguments[0] if arguments else "mini", int(arguments[1]) if len(arguments) > 1 else 2)
