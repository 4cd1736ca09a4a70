"""Losses, PAR, the energy and the schedule against the published program's numbers.

Errors are relative to the largest value of each array.
"""

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, multilabel_soft_margin_loss, pad

from methods.more.energy import bilateral_features, dense_energy_loss
from methods.more.formulation import PROGRAM, Formulation
from methods.more.lattice import PermutohedralLattice
from methods.more.losses import (
    balanced_segmentation_loss,
    class_token_contrast,
    class_token_loss,
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
from methods.more.ure import region_codes, select_patches, ure_loss
from methods.training.schedule import build_optimizer, learning_rates, set_learning_rates
from tests.golden.golden import GoldenArrays, golden, golden_tensors, relative_error

URE = UreSettings(window=6, threshold=1.2, tokens=8)


def value_and_gradients(loss: Callable[..., Tensor], *inputs: Tensor) -> list[Tensor | None]:
    leaves = [tensor.clone().requires_grad_() for tensor in inputs]
    value = loss(*leaves)
    value.backward()
    return [value.detach(), *(leaf.grad for leaf in leaves)]


@pytest.fixture(scope="module")
def data() -> Mapping[str, Tensor]:
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

    def test_neighbours(self) -> None:
        """Each weight belongs to the neighbour that the published kernel of its place picks."""
        par = golden_tensors("par")
        refinement = PixelAdaptiveRefinement((1,), 1)
        masks = par["masks"][:, :1]
        padded = pad(masks, (1, 1, 1, 1), mode="replicate")
        for index, kernel in enumerate(par["kernel"]):
            affinity = torch.zeros(len(masks), 8, *masks.shape[-2:])
            affinity[:, index] = 1
            assert torch.equal(refinement.refine(masks, affinity), conv2d(padded, kernel[None]))

    def test_distances(self) -> None:
        """In an image of one colour, distance alone tells the weights of neighbours apart."""
        par = golden_tensors("par")
        affinity = PixelAdaptiveRefinement((1, 2, 4, 8, 12, 24), 1).affinity(par["img_const"])
        distances = par["pos"].flatten().double()
        place = (-(distances / (distances.std() + 1e-8) / 0.3).square()).softmax(0)
        expected = (1 / 48 + 0.01 * place).view(48, 1, 1).expand(48, *affinity.shape[-2:])
        assert relative_error(affinity[1], expected) < 1e-6


class TestLosses:
    def test_class_token_contrast(self, data: Mapping[str, Tensor]) -> None:
        value, gradient = value_and_gradients(
            lambda x: class_token_loss(x, data["mct_label"], PROGRAM), data["mct_tokens"]
        )
        assert value is not None
        assert abs(value.item() - data["mct_regu_loss"].item()) < 1e-6
        assert relative_error(gradient, data["mct_regu_grad"]) < 1e-5

    def test_classified_class_tokens(self, data: Mapping[str, Tensor]) -> None:
        classified = Formulation(attri="classified")
        value, gradient = value_and_gradients(
            lambda x: class_token_loss(x, data["mct_label"], classified), data["mct_tokens"]
        )
        assert relative_error(value, data["mct_full_loss"]) < 1e-6
        assert relative_error(gradient, data["mct_full_grad"]) < 1e-5

    def test_equal_tokens(self, data: Mapping[str, Tensor]) -> None:
        loss = class_token_contrast(data["mct_tokens"][:, :1].expand(-1, 20, -1))
        assert relative_error(loss, data["mct_equal_tokens_loss"]) < 1e-6

    def test_classification(self, data: Mapping[str, Tensor]) -> None:
        """The framework's own loss is the published one."""
        value, gradient = value_and_gradients(
            lambda x: multilabel_soft_margin_loss(x, data["msm_label"]), data["msm_x"]
        )
        assert relative_error(value, data["msm_loss"]) < 1e-6
        assert relative_error(gradient, data["msm_grad"]) < 1e-6

    @pytest.mark.parametrize("case", ["mixed", "nobg", "nofg", "allignore"])
    def test_segmentation(self, data: Mapping[str, Tensor], case: str) -> None:
        labels = data[f"seg_{case}_label"]
        value, gradient = value_and_gradients(
            lambda x: balanced_segmentation_loss(x, labels), data["seg_pred"]
        )
        assert relative_error(value, data[f"seg_{case}_loss"]) < 1e-6
        assert relative_error(gradient, data[f"seg_{case}_grad"]) < 1e-5

    def test_patch_contrast(self, data: Mapping[str, Tensor]) -> None:
        mask = affinity_mask(data["ptc_label"])
        assert torch.equal(mask, data["ptc_affmask"].long())
        value, gradient = value_and_gradients(lambda x: ptc_loss(x, mask), data["ptc_fmap"])
        assert relative_error(value, data["ptc_loss"]) < 1e-6
        assert relative_error(gradient, data["ptc_grad"]) < 1e-5

    @pytest.mark.parametrize("cre_range", ["program", "fixed"])
    @pytest.mark.parametrize("temperature", [0.5, 0.1])
    def test_cre(
        self,
        data: Mapping[str, Tensor],
        temperature: float,
        cre_range: Literal["program", "fixed"],
    ) -> None:
        kind = Formulation(cre_range=cre_range)
        value, tokens, patches = value_and_gradients(
            lambda t, p: cre_loss(t, p, data["cre_mask"], data["cre_label"], temperature, kind),
            data["cre_cls"],
            data["cre_patch"],
        )
        assert relative_error(value, data[f"cre_t{temperature}_loss"]) < 1e-6
        assert relative_error(tokens, data[f"cre_t{temperature}_grad_cls"]) < 1e-5
        assert patches is None
        assert not data[f"cre_t{temperature}_grad_patch"].any()

    def test_ure(self, data: Mapping[str, Tensor]) -> None:
        torch.manual_seed(int(data["ure_seed"]))
        value, tokens, patches = value_and_gradients(
            lambda t, p: ure_loss(t, p, data["ure_mask"], data["ure_label"], URE, PROGRAM),
            data["ure_cls"],
            data["ure_patch"],
        )
        assert relative_error(value, data["ure_loss"]) < 1e-6
        assert relative_error(patches, data["ure_grad_patch"]) < 1e-5
        assert tokens is None
        assert not data["ure_grad_cls"].any()

    def test_patches_that_ure_takes(self, data: Mapping[str, Tensor]) -> None:
        torch.manual_seed(int(data["ure_seed"]))
        items, places = select_patches(data["ure_mask"], URE)
        assert torch.equal(items.bincount(), data["ure_n_selected"])
        for index, expected in enumerate(data["ure_selected_yx"]):
            rows, columns = expected[expected[:, 0] >= 0].unbind(dim=1)
            assert torch.equal(places[items == index], rows * 14 + columns)

    def test_codes_of_ure(self, data: Mapping[str, Tensor]) -> None:
        assert torch.equal(region_codes(data["ure_mask"]), data["ure_roi"].long())

    def test_draws_of_ure(self, data: Mapping[str, Tensor]) -> None:
        """The permutations have the published lengths, and no other number is drawn."""
        count = int(data["ure_n_perms"])
        assert count == len(data["ure_mask"])
        torch.manual_seed(int(data["ure_seed"]))
        for permutation in (data[f"ure_perm{index}"] for index in range(count)):
            assert torch.equal(torch.randperm(len(permutation)), permutation)
        expected = torch.get_rng_state()
        torch.manual_seed(int(data["ure_seed"]))
        select_patches(data["ure_mask"], URE)
        assert torch.equal(torch.get_rng_state(), expected)


@pytest.mark.parametrize("case", ["nobox", "box"])
class TestEnergy:
    @pytest.fixture
    def energy(self) -> GoldenArrays[Tensor]:
        return golden_tensors("energy_loss")

    @pytest.fixture
    def settings(self, energy: GoldenArrays[Tensor]) -> EnergySettings:
        return EnergySettings(
            weight=energy["weight"].item(),
            sigma_rgb=energy["sigma_rgb"].item(),
            sigma_xy=energy["sigma_xy"].item(),
            scale_factor=energy["scale_factor"].item(),
        )

    @staticmethod
    def features(energy: GoldenArrays[Tensor], case: str, settings: EnergySettings) -> Tensor:
        images = energy[f"{case}_filter_images"]
        sigma_xy = settings.sigma_xy * settings.scale_factor
        return bilateral_features(images, sigma_xy=sigma_xy, sigma_rgb=settings.sigma_rgb)

    def test_filter(
        self, energy: GoldenArrays[Tensor], settings: EnergySettings, case: str
    ) -> None:
        assert "permutohedral lattice" in str(golden("energy_loss")["backend"])
        lattice = PermutohedralLattice(self.features(energy, case, settings))
        given, expected = energy[f"{case}_filter_in"], energy[f"{case}_filter_out"]
        found = lattice.filter(given.flatten(2)).view_as(given)
        assert relative_error(found, expected) < 1e-5
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)

    def test_filter_is_not_the_gaussian_that_it_approximates(
        self, energy: GoldenArrays[Tensor], settings: EnergySettings, case: str
    ) -> None:
        features = self.features(energy, case, settings).double()
        kernel = torch.exp(-0.5 * torch.cdist(features, features).square())
        given, published = energy[f"{case}_filter_in"], energy[f"{case}_filter_out"]
        exact = energy[f"{case}_filter_out_exact_gaussian"]
        assert relative_error((given.flatten(2).double() @ kernel).view_as(given), exact) < 1e-5
        assert 0.37 < (published.mean() / exact.mean()).item() < 0.54
        correlation = torch.corrcoef(torch.stack([published.flatten(), exact.flatten()]))[0, 1]
        assert 0.9 < correlation < 0.99

    def test_loss(self, energy: GoldenArrays[Tensor], settings: EnergySettings, case: str) -> None:
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
