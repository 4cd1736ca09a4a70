"""Losses, PAR, the energy and the schedule against the published program's numbers.

Errors are relative to the largest value of each array.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import multilabel_soft_margin_loss

from methods.more.energy import bilateral_features, dense_energy_loss
from methods.more.lattice import PermutohedralLattice
from methods.more.losses import (
    balanced_segmentation_loss,
    class_token_contrast,
    cre_loss,
    ptc_loss,
)
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import affinity_mask
from methods.more.settings import (
    EnergySettings,
    OptimizerSettings,
    ScheduleSettings,
    UreSettings,
)
from methods.more.ure import select_patches, ure_loss
from methods.training.schedule import build_optimizer, learning_rates, set_learning_rates
from tests.golden.golden import golden, golden_tensors, relative_error

URE = UreSettings(window=6, threshold=1.2, tokens=8)


def value_and_gradients(loss: Callable[..., Tensor], *inputs: Tensor) -> list[Tensor | None]:
    leaves = [tensor.clone().requires_grad_() for tensor in inputs]
    value = loss(*leaves)
    value.backward()
    return [value.detach(), *(leaf.grad for leaf in leaves)]


@pytest.fixture(scope="module")
def data() -> dict[str, Tensor]:
    return golden_tensors("losses")


class TestRefinement:
    @pytest.mark.parametrize(
        ("image", "masks", "iterations", "expected"),
        [
            ("img", "masks", 1, "out_iter1"),
            ("img", "masks", 10, "out_iter10"),
            ("img", "masks_small", 10, "out_small_iter10"),
            ("img", "small_upsampled", 10, "out_small_iter10"),
            ("img_const", "masks", 10, "out_const_iter10"),
        ],
    )
    def test_masks(self, image: str, masks: str, iterations: int, expected: str) -> None:
        par = golden_tensors("par")
        refinement = PixelAdaptiveRefinement((1, 2, 4, 8, 12, 24), iterations)
        refined = refinement.refine(par[masks], refinement.affinity(par[image]))
        assert relative_error(refined, par[expected]) < 1e-5


class TestLosses:
    def test_class_token_contrast(self, data: dict[str, Tensor]) -> None:
        value, gradient = value_and_gradients(class_token_contrast, data["mct_tokens"])
        assert value is not None
        assert abs(value.item() - data["mct_regu_loss"].item()) < 1e-6
        assert relative_error(gradient, data["mct_regu_grad"]) < 1e-5

    def test_equal_tokens(self, data: dict[str, Tensor]) -> None:
        loss = class_token_contrast(data["mct_tokens"][:, :1].expand(-1, 20, -1))
        assert relative_error(loss, data["mct_equal_tokens_loss"]) < 1e-6

    def test_classification(self, data: dict[str, Tensor]) -> None:
        """The framework's own loss is the published one."""
        value, gradient = value_and_gradients(
            lambda x: multilabel_soft_margin_loss(x, data["msm_label"]), data["msm_x"]
        )
        assert relative_error(value, data["msm_loss"]) < 1e-6
        assert relative_error(gradient, data["msm_grad"]) < 1e-6

    @pytest.mark.parametrize("case", ["mixed", "nobg", "nofg", "allignore"])
    def test_segmentation(self, data: dict[str, Tensor], case: str) -> None:
        labels = data[f"seg_{case}_label"]
        value, gradient = value_and_gradients(
            lambda x: balanced_segmentation_loss(x, labels), data["seg_pred"]
        )
        assert relative_error(value, data[f"seg_{case}_loss"]) < 1e-6
        assert relative_error(gradient, data[f"seg_{case}_grad"]) < 1e-5

    def test_patch_contrast(self, data: dict[str, Tensor]) -> None:
        mask = affinity_mask(data["ptc_label"])
        assert torch.equal(mask, data["ptc_affmask"].long())
        value, gradient = value_and_gradients(lambda x: ptc_loss(x, mask), data["ptc_fmap"])
        assert relative_error(value, data["ptc_loss"]) < 1e-6
        assert relative_error(gradient, data["ptc_grad"]) < 1e-5

    @pytest.mark.parametrize("temperature", [0.5, 0.1])
    def test_cre(self, data: dict[str, Tensor], temperature: float) -> None:
        value, tokens, patches = value_and_gradients(
            lambda t, p: cre_loss(t, p, data["cre_mask"], data["cre_label"], temperature),
            data["cre_cls"],
            data["cre_patch"],
        )
        assert relative_error(value, data[f"cre_t{temperature}_loss"]) < 1e-6
        assert relative_error(tokens, data[f"cre_t{temperature}_grad_cls"]) < 1e-5
        assert patches is None
        assert not data[f"cre_t{temperature}_grad_patch"].any()

    def test_ure(self, data: dict[str, Tensor]) -> None:
        torch.manual_seed(int(data["ure_seed"]))
        value, tokens, patches = value_and_gradients(
            lambda t, p: ure_loss(t, p, data["ure_mask"], data["ure_label"], URE),
            data["ure_cls"],
            data["ure_patch"],
        )
        assert relative_error(value, data["ure_loss"]) < 1e-6
        assert relative_error(patches, data["ure_grad_patch"]) < 1e-5
        assert tokens is None
        assert not data["ure_grad_cls"].any()

    def test_patches_that_ure_takes(self, data: dict[str, Tensor]) -> None:
        torch.manual_seed(int(data["ure_seed"]))
        items, places = select_patches(data["ure_mask"], URE)
        for index, expected in enumerate(data["ure_selected_yx"]):
            rows, columns = expected[expected[:, 0] >= 0].unbind(dim=1)
            assert torch.equal(places[items == index], rows * 14 + columns)


@pytest.mark.parametrize("case", ["nobox", "box"])
class TestEnergy:
    @pytest.fixture
    def energy(self) -> dict[str, Tensor]:
        arrays = golden("energy_loss")
        return {k: torch.from_numpy(v) for k, v in arrays.items() if v.dtype.kind != "U"}

    def test_filter(self, energy: dict[str, Tensor], case: str) -> None:
        lattice = PermutohedralLattice(
            bilateral_features(energy[f"{case}_filter_images"], sigma_xy=50, sigma_rgb=15)
        )
        given, expected = energy[f"{case}_filter_in"], energy[f"{case}_filter_out"]
        found = lattice.filter(given.flatten(2)).view_as(given)
        assert relative_error(found, expected) < 1e-5
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)

    def test_loss(self, energy: dict[str, Tensor], case: str) -> None:
        settings = EnergySettings(weight=1e-7, sigma_rgb=15, sigma_xy=100, scale_factor=0.5)
        box = energy["img_box"] if case == "box" else None
        value, gradient = value_and_gradients(
            lambda x: dense_energy_loss(energy["input_norm"], x, energy["label"], settings, box),
            energy["logit"],
        )
        assert relative_error(value, energy[f"{case}_loss"].squeeze()) < 1e-5
        assert relative_error(gradient, energy[f"{case}_grad_logit"]) < 1e-5


class TestSchedule:
    @pytest.mark.parametrize(("name", "steps"), [("voc", 20_000), ("coco", 80_000)])
    @pytest.mark.parametrize(("kind", "published"), [("poly", "Poly"), ("cosine", "Cos")])
    def test_learning_rates(
        self, name: str, steps: int, kind: Literal["poly", "cosine"], published: str
    ) -> None:
        data = golden("lr_schedule")
        optimizer = OptimizerSettings(6e-5, 10, (0.9, 0.999), 1e-8, 0.01)
        schedule = ScheduleSettings(kind, 1500, 1e-6, 0.9, floor=0)
        rates = [
            learning_rates(int(step), steps, optimizer, schedule) for step in data[f"{name}_steps"]
        ]
        found = np.array([[r["lr_encoder"]] * 2 + [r["lr_heads"]] * 3 for r in rates])
        expected = data[f"{name}_{published}WarmupAdamW_lr"]
        np.testing.assert_allclose(found, expected, rtol=1e-12)

    def test_steps_of_the_optimizer(self) -> None:
        data = golden("lr_schedule")
        settings = OptimizerSettings(6e-4, 1, (0.9, 0.999), 1e-8, 0.01)
        schedule = ScheduleSettings("poly", 2, 1e-6, 0.9, floor=0)
        weight = nn.Parameter(torch.from_numpy(data["adam_history"][0].copy()))
        optimizer = build_optimizer([[weight]], settings)
        for step, seed in enumerate(data["adam_grad_seeds"]):
            set_learning_rates(optimizer, step, 6, settings, schedule)
            gradient = np.random.RandomState(seed).standard_normal(5)
            weight.grad = torch.from_numpy(gradient.astype(np.float32))
            optimizer.step()
            assert relative_error(weight, data["adam_history"][step + 1]) < 1e-6
