"""CAMs, labels and one whole training step against the published program's numbers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor

from methods.data.transforms import normalise
from methods.more.formulation import Formulation
from methods.more.localization import fused_map, multi_scale_maps, score_map
from methods.more.network import CamOutput, MoRe
from methods.more.objective import TERMS, Objective
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import (
    affinity_mask,
    cam_to_label,
    denormalise,
    grid_label,
    refine_labels,
)
from methods.more.settings import Thresholds, TrainingSettings
from methods.settings import build
from methods.training.schedule import build_optimizer, set_learning_rates
from tests.golden.golden import (
    TINY,
    Array,
    GoldenArrays,
    golden,
    golden_tensors,
    load_recipe,
    relative_error,
)

GRID = (12, 12)
VOC_SCALES = (1.0, 0.5, 0.75, 1.5)
THRESHOLDS = {
    "h07l025": Thresholds(0.7, 0.25),
    "h05l025": Thresholds(0.5, 0.25),
    "h06l035": Thresholds(0.6, 0.35),
}
PUBLISHED_NAMES = {"cre": "cle", "ure": "une"}


def tiny_network() -> MoRe:
    model = MoRe(TINY, 20)
    load_recipe(model)
    return model


@pytest.fixture(scope="module")
def expected() -> GoldenArrays[Tensor]:
    return golden_tensors("tiny_cams")


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.stack([normalise(image) for image in golden("tiny_forward")["image_u8"]])


@pytest.fixture(scope="module")
def labels() -> Tensor:
    return golden_tensors("tiny_forward")["label"]


@pytest.fixture(scope="module")
def cams(images: Tensor) -> CamOutput:
    return multi_scale_maps(tiny_network(), images, VOC_SCALES)


class TestMaps:
    @pytest.mark.parametrize(
        ("name", "scales"),
        [("voc", VOC_SCALES), ("coco", (1.0, 0.5, 0.75, 1.25, 1.5)), ("one", (1.0,))],
    )
    def test_cams(
        self, expected: GoldenArrays[Tensor], images: Tensor, name: str, scales: tuple[float, ...]
    ) -> None:
        maps = multi_scale_maps(tiny_network(), images, scales)
        assert relative_error(maps.cam[..., ::6, ::6], expected[f"cam_{name}_sub"]) < 2e-5
        assert (
            relative_error(maps.auxiliary_cam[..., ::6, ::6], expected[f"camaux_{name}_sub"]) < 2e-5
        )
        assert maps.lam is None

    def test_whole_cams(self, expected: GoldenArrays[Tensor], cams: CamOutput) -> None:
        for found, name in ((cams.cam, "cam"), (cams.auxiliary_cam, "camaux")):
            assert relative_error(found[0, [2, 14]], expected[f"{name}_voc_full_b0"]) < 2e-5

    @pytest.mark.parametrize("name", ["ms", "one"])
    def test_lam(self, expected: GoldenArrays[Tensor], images: Tensor, name: str) -> None:
        scales = tuple(expected["scales_lam_ms"].tolist()) if name == "ms" else (1.0,)
        maps = multi_scale_maps(tiny_network(), images, scales, with_lam=True)
        assert maps.lam is not None
        assert relative_error(maps.lam[..., ::6, ::6], expected[f"lam_{name}_sub"]) < 2e-5

    def test_validation_maps(
        self, expected: GoldenArrays[Tensor], images: Tensor, cams: CamOutput
    ) -> None:
        with torch.no_grad():
            lam = tiny_network().forward_cams(images, with_lam=True).lam
        assert lam is not None
        score = score_map(lam, (images.shape[-2], images.shape[-1]))
        fused = fused_map(score, cams.cam)
        assert relative_error(score[..., ::6, ::6], expected["val_score_map_sub"]) < 2e-5
        assert relative_error(fused[..., ::6, ::6], expected["val_fused_sub"]) < 2e-5


class TestLabels:
    @pytest.mark.parametrize("name", THRESHOLDS)
    def test_uncertain_labels(
        self, expected: GoldenArrays[Tensor], cams: CamOutput, labels: Tensor, name: str
    ) -> None:
        cam, auxiliary_cam = cams.cam, cams.auxiliary_cam
        thresholds = THRESHOLDS[name]
        full = cam_to_label(cam, labels, thresholds)
        assert torch.equal(full, expected[f"label_mid_{name}"].long())
        small = grid_label(cam, labels, thresholds, GRID)
        assert torch.equal(small, expected[f"label12_mid_{name}"].long())
        auxiliary = grid_label(auxiliary_cam, labels, thresholds, GRID)
        assert torch.equal(auxiliary, expected[f"auxlabel12_mid_{name}"].long())

    def test_other_labels(
        self, expected: GoldenArrays[Tensor], cams: CamOutput, labels: Tensor
    ) -> None:
        cam, auxiliary_cam = cams.cam, cams.auxiliary_cam
        assert torch.equal(
            cam_to_label(cam, labels, Thresholds(0.5, 0.5)), expected["label_bkg05"].long()
        )
        thresholds = THRESHOLDS["h07l025"]
        boxed = cam_to_label(cam, labels, thresholds, expected["img_box"])
        assert torch.equal(boxed, expected["label_box"].long())
        affinity = affinity_mask(grid_label(auxiliary_cam, labels, thresholds, GRID))
        assert torch.equal(affinity, expected["aff_mask"].long())

    def test_refined_labels(
        self,
        expected: GoldenArrays[Tensor],
        images: Tensor,
        cams: CamOutput,
        labels: Tensor,
    ) -> None:
        assert torch.equal(denormalise(images).to(torch.uint8), expected["denorm_u8"])
        par = PixelAdaptiveRefinement((1, 2, 4, 8, 12, 24), 10)
        for name, box in (("refined_label", None), ("refined_label_box", expected["img_box"])):
            found = refine_labels(images, cams.cam, labels, THRESHOLDS["h07l025"], par, box)
            assert torch.equal(found, expected[name].long())


@pytest.fixture(scope="module")
def settings() -> TrainingSettings:
    """The published settings, as the paper's experiment file has them."""
    experiment = Path(__file__).parents[2] / "experiments" / "paper.yaml"
    run = yaml.safe_load(experiment.read_text(encoding="utf-8"))["runs"]["more"]
    return build(TrainingSettings, run["training"])


@pytest.fixture(scope="module")
def step() -> GoldenArrays[Array]:
    return golden("tiny_train_step")


ITERATIONS = (0, 2001, 10001)


@pytest.mark.parametrize("n_iter", ITERATIONS)
def test_training_step(
    settings: TrainingSettings,
    step: GoldenArrays[Array],
    images: Tensor,
    labels: Tensor,
    n_iter: int,
) -> None:
    model = tiny_network()
    torch.manual_seed(int(step["seed"]))
    terms = Objective(settings, Formulation())(model, images, labels, n_iter)
    decoder_on = n_iter > settings.losses.seg_start
    for name in (*TERMS, "total"):
        expected = step[f"it{n_iter}_{PUBLISHED_NAMES.get(name, name)}"].reshape(())
        if name in ("seg", "reg") and not decoder_on:
            expected = np.zeros(())  # not computed; the next test does it
        assert relative_error(terms[name], expected) < 1e-5, name

    terms["total"].backward()
    parameters = dict(model.named_parameters())
    norms = dict(zip(step["param_names"].tolist(), step[f"it{n_iter}_gradnorm"], strict=True))
    assert norms.keys() == parameters.keys()
    for name, norm in norms.items():
        gradient = parameters[name].grad
        assert (gradient is None) == (norm < 0), name
        if gradient is not None:
            assert gradient.double().norm().item() == pytest.approx(norm, rel=1e-5), name
    for key in (k for k in step if k.startswith(f"it{n_iter}_grad_")):
        name = key.removeprefix(f"it{n_iter}_grad_")
        assert relative_error(parameters[name].grad, step[key]) < 1e-5, name
    assert step[f"it{n_iter}_seconds"] > 0  # what it took there; nothing to compare


def test_decoder_terms_that_weigh_nothing_yet(
    settings: TrainingSettings,
    step: GoldenArrays[Array],
    images: Tensor,
    labels: Tensor,
) -> None:
    """The published program computes them from the first iteration on and multiplies by zero."""
    from_the_start = replace(settings, losses=replace(settings.losses, seg_start=-1))
    terms = Objective(from_the_start, Formulation())(tiny_network(), images, labels, 0)
    for name in ("seg", "reg"):
        assert relative_error(terms[name], step[f"it0_{name}"].reshape(())) < 1e-5, name


@pytest.mark.parametrize("n_iter", ITERATIONS)
def test_labels_of_a_training_step(
    settings: TrainingSettings,
    step: GoldenArrays[Array],
    images: Tensor,
    labels: Tensor,
    n_iter: int,
) -> None:
    model, objective = tiny_network(), Objective(settings, Formulation())
    output = model(images)
    maps = objective.maps(model, images, output, with_target=True)
    masks = objective.region_masks(maps, labels, n_iter, output.feature_map.shape[-2:])
    target = objective.decoder_target(images, maps, labels)
    for found, name in ((masks.cre, "mask_cle"), (masks.ure, "mask_une"), (target, "refined")):
        assert np.array_equal(found.numpy(), step[f"it{n_iter}_{name}"]), name


def test_parameters_after_a_step(
    settings: TrainingSettings,
    step: GoldenArrays[Array],
    images: Tensor,
    labels: Tensor,
) -> None:
    model = tiny_network()
    optimizer = build_optimizer(model.parameter_groups(), settings.optimizer)
    set_learning_rates(optimizer, 2001, settings.iterations, settings.optimizer, settings.schedule)
    torch.manual_seed(int(step["seed"]))
    Objective(settings, Formulation())(model, images, labels, 2001)["total"].backward()
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    optimizer.step()
    for key in (k for k in step if k.startswith("it2001_after_step_")):
        name = key.removeprefix("it2001_after_step_")
        found = dict(model.named_parameters())[name].detach()
        assert relative_error(found, step[key]) < 1e-6, name
        # The update itself, much smaller than the weights: their rounding is what differs.
        change = step[key] - before[name].numpy()
        assert relative_error(found - before[name], change) < 1e-4, name
