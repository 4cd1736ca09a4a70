"""Properties of the losses, the labels, the lattice and the schedule."""

import math
from typing import Literal

import pytest
import torch

from methods.errors import InputError
from methods.more.energy import bilateral_features, dense_energy_loss
from methods.more.formulation import PROGRAM, Formulation
from methods.more.lattice import PermutohedralLattice
from methods.more.losses import class_token_contrast, cre_loss, ptc_loss
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import (
    affinity_mask,
    cam_to_label,
    denormalise,
    normalise_cam,
    refine_labels,
)
from methods.more.settings import (
    EnergySettings,
    OptimizerSettings,
    ScheduleSettings,
    Thresholds,
    UreSettings,
)
from methods.more.ure import select_patches
from methods.training.schedule import build_optimizer, learning_rate, set_learning_rates

THRESHOLDS = Thresholds(high=0.7, low=0.25)
OPTIMIZER = OptimizerSettings(2e-4, 10, (0.9, 0.999), 1e-8, 0.01)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


class TestCre:
    @pytest.mark.parametrize("size", [0.0, 50.0, 500.0])
    def test_finite_where_exponentials_are_not(self, size: float) -> None:
        tokens = torch.randn(2, 3, 8, requires_grad=True)
        feature_map = size * torch.randn(2, 8, 4, 4)
        mask = torch.randint(0, 4, (2, 4, 4))
        fixed = Formulation(cre_range="fixed")
        loss = cre_loss(tokens, feature_map, mask, torch.ones(2, 3), 0.1, fixed)
        loss.backward()
        assert loss.isfinite()
        assert tokens.grad is not None
        assert tokens.grad.isfinite().all()

    def test_half_precision_inputs_compute_in_float32(self) -> None:
        tokens, feature_map = torch.randn(1, 3, 8).bfloat16(), torch.randn(1, 8, 4, 4).bfloat16()
        mask = torch.randint(0, 4, (1, 4, 4))
        labels = torch.ones(1, 3)
        low = cre_loss(tokens, feature_map, mask, labels, 0.5, PROGRAM)
        full = cre_loss(tokens.float(), feature_map.float(), mask, labels, 0.5, PROGRAM)
        assert low.dtype == torch.float32
        assert low == full


def test_contrast_of_equal_tokens_is_the_entropy_of_a_guess() -> None:
    assert class_token_contrast(torch.ones(2, 6, 8)).item() == pytest.approx(math.log(6))


def test_patch_contrast_without_any_pair() -> None:
    uncertain = affinity_mask(torch.full((1, 3, 3), 255))
    assert ptc_loss(torch.randn(1, 8, 3, 3), uncertain).item() == pytest.approx(0.5)


class TestUre:
    SETTINGS = UreSettings(window=3, threshold=1.2, tokens=8)

    def test_takes_the_patch_up_and_left_of_the_uncertain_one(self) -> None:
        mask = torch.zeros(1, 9, 9, dtype=torch.long)
        mask[0, 3:6, 3:6] = 1
        mask[0, 4, 4] = 255
        items, places = select_patches(mask, self.SETTINGS)
        assert items.tolist()[:1] == [0]
        assert places.tolist()[0] == 3 * 9 + 3

    def test_uncertain_patches_far_from_foreground_do_not_count(self) -> None:
        mask = torch.full((1, 9, 9), 255)  # mean code 1 everywhere, below 1.2
        items, _ = select_patches(mask, self.SETTINGS)
        assert len(items) == 2  # only the two that fill up an empty selection

    def test_at_most_the_asked_number(self) -> None:
        mask = torch.full((2, 14, 14), 255)
        mask[:, ::2] = 1
        items, places = select_patches(mask, self.SETTINGS)
        assert items.bincount().tolist() == [8, 8]
        for index in range(2):
            assert len(places[items == index].unique()) == 8

    def test_every_image_draws_one_permutation(self) -> None:
        """The generator moves on by the same draws whether or not patches are added."""
        mask = torch.full((1, 14, 14), 1)
        mask[0, 3:9, 3] = 255  # six candidates: none is added to them
        select_patches(mask, self.SETTINGS)
        after = torch.rand(())
        torch.manual_seed(0)
        torch.randperm(12 * 12 - 6)
        assert torch.equal(after, torch.rand(()))

    def test_refuses_a_window_as_large_as_the_grid(self) -> None:
        with pytest.raises(InputError, match=r"ure_selection\.window: found 6 on a grid of 6x6"):
            select_patches(torch.zeros(1, 6, 6, dtype=torch.long), UreSettings(6, 1.2, 8))


class TestLattice:
    def test_rows_sum_as_the_exact_weights_of_a_lone_point(self) -> None:
        """Far points do not see each other; alike points see each other as themselves."""
        features = torch.tensor([[[0.0] * 5, [0.0] * 5, [1000.0] * 5]])
        lattice = PermutohedralLattice(features)
        impulse = lattice.filter(torch.eye(3)[None])[0]
        assert impulse[0, 1] == impulse[0, 0] == impulse[1, 0] > 0
        assert impulse[0, 2] == impulse[2, 0] == 0

    def test_linear_in_the_values(self) -> None:
        lattice = PermutohedralLattice(torch.randn(1, 200, 5))
        a, b = torch.rand(2, 1, 3, 200)
        together = lattice.filter(a + 2 * b)
        torch.testing.assert_close(together, lattice.filter(a) + 2 * lattice.filter(b))

    def test_close_points_count_more(self) -> None:
        places = torch.zeros(1, 5, 5)
        places[0, :, 0] = torch.tensor([0, 0.5, 1, 2, 3])
        impulse = torch.eye(5)[None, :1]
        kernel = PermutohedralLattice(places).filter(impulse)[0, 0].tolist()
        assert kernel[0] == pytest.approx(1, abs=0.05)
        assert kernel == sorted(kernel, reverse=True)
        assert kernel[3] < 0.2
        assert kernel[4] >= 0

    def test_a_batch_equals_its_items(self) -> None:
        features = 2 * torch.randn(3, 150, 5)
        features[2] = features[0]
        values = torch.rand(3, 4, 150)
        together = PermutohedralLattice(features).filter(values)
        for index in range(3):
            alone = PermutohedralLattice(features[index : index + 1])
            assert torch.equal(together[index], alone.filter(values[index : index + 1])[0])

    def test_refuses_points_that_spread_too_far(self) -> None:
        features = torch.tensor([[[0.0] * 5, [1e6, -1e6, 1e6, -1e6, 1e6]]])
        with pytest.raises(ValueError, match="standard deviations are too small"):
            PermutohedralLattice(features)

    def test_features_begin_at_zero_with_the_column(self) -> None:
        features = bilateral_features(torch.full((1, 3, 2, 3), 30.0), sigma_xy=2, sigma_rgb=15)
        assert features[0, :, 0].tolist() == [0, 0.5, 1, 0, 0.5, 1]
        assert features[0, :, 1].tolist() == [0, 0, 0, 0.5, 0.5, 0.5]
        assert (features[0, :, 2:] == 2).all()


class TestEnergy:
    SETTINGS = EnergySettings(weight=1e-3, sigma_rgb=15, sigma_xy=20, scale_factor=0.5)

    def test_confident_pixels_feel_less(self) -> None:
        images, labels = torch.randn(1, 3, 16, 16), torch.zeros(1, 16, 16, dtype=torch.long)
        sure = torch.zeros(1, 3, 16, 16)
        sure[:, 0] = 10
        unsure = dense_energy_loss(images, 0.01 * sure, labels, self.SETTINGS)
        assert unsure < dense_energy_loss(images, sure, labels, self.SETTINGS) < 0

    def test_gradient_outside_the_box_is_zero(self) -> None:
        logits = torch.randn(1, 3, 16, 16, requires_grad=True)
        labels = torch.zeros(1, 16, 16, dtype=torch.long)
        box = torch.tensor([[0, 8, 0, 16]])
        dense_energy_loss(torch.randn(1, 3, 16, 16), logits, labels, self.SETTINGS, box).backward()
        assert logits.grad is not None
        assert logits.grad[:, :, :8].abs().sum() > 0
        assert not logits.grad[:, :, 8:].any()


class TestRefinement:
    PAR = PixelAdaptiveRefinement((1, 2, 4), 3)

    def test_weights_sum_to_one_and_a_hundredth(self) -> None:
        affinity = self.PAR.affinity(torch.rand(2, 3, 12, 10))
        assert affinity.shape == (2, 24, 12, 10)
        torch.testing.assert_close(affinity.sum(dim=1), torch.full((2, 12, 10), 1.01))

    def test_constant_image_and_mask(self) -> None:
        affinity = self.PAR.affinity(torch.full((1, 3, 12, 12), 0.3))
        refined = self.PAR.refine(torch.full((1, 2, 12, 12), 0.5), affinity)
        torch.testing.assert_close(refined, torch.full_like(refined, 0.5 * 1.01**3))

    def test_masks_stop_at_edges(self) -> None:
        images = torch.zeros(1, 3, 16, 16)
        images[..., 8:] = 1
        mask = torch.zeros(1, 1, 16, 16)
        mask[..., :6] = 1
        refined = self.PAR.refine(mask, self.PAR.affinity(images))[0, 0]
        assert refined[8, 7] > 0.1  # spread up to the edge
        assert refined[8, 8] < 0.1 * refined[8, 7]


class TestLabels:
    def test_thresholds_belong_to_the_lower_side(self) -> None:
        cam = torch.tensor([[[[0.25, 0.26, 0.7, 0.71]]]])
        found = cam_to_label(cam, torch.ones(1, 1), THRESHOLDS)
        assert found.tolist() == [[[0, 255, 255, 1]]]
        assert cam_to_label(cam, torch.ones(1, 1), Thresholds(0.7, 0.7)).tolist() == [
            [[0, 0, 0, 1]]
        ]

    def test_absent_classes_never_win(self) -> None:
        cam = torch.stack([torch.full((4, 4), 0.9), torch.full((4, 4), 0.8)])[None]
        assert (cam_to_label(cam, torch.tensor([[0.0, 1.0]]), THRESHOLDS) == 2).all()

    def test_constant_cam_is_zero(self) -> None:
        assert not normalise_cam(torch.full((1, 2, 4, 4), 3.0)).any()

    def test_refinement_of_a_batch_equals_its_items(self) -> None:
        """Images with fewer classes than the others are padded; that must not show."""
        images, cam = torch.randn(3, 3, 24, 20), torch.rand(3, 5, 24, 20)
        labels = torch.tensor([[0, 1.0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]])
        par = PixelAdaptiveRefinement((1, 2), 4)
        together = refine_labels(images, cam, labels, THRESHOLDS, par)
        for index in range(3):
            one = slice(index, index + 1)
            alone = refine_labels(images[one], cam[one], labels[one], THRESHOLDS, par)
            assert torch.equal(together[one], alone)
        assert set(together[0].unique().tolist()) <= {0, 2, 4, 5, 255}
        assert set(together[1].unique().tolist()) <= {0, 3, 255}
        assert not together[2].any()

    def test_colours_come_back(self) -> None:
        black = (torch.zeros(3) - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor(
            [0.229, 0.224, 0.225]
        )
        assert denormalise(black.view(1, 3, 1, 1)).abs().max() < 1e-4


class TestSchedule:
    @pytest.mark.parametrize("kind", ["poly", "cosine"])
    def test_without_warmup_begins_at_the_peak(self, kind: Literal["poly", "cosine"]) -> None:
        schedule = ScheduleSettings(kind, 0, 1e-6, 0.9, floor=0)
        assert learning_rate(0, 100, 2e-4, schedule) == 2e-4
        rates = [learning_rate(step, 100, 2e-4, schedule) for step in range(100)]
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] > 0

    def test_keeps_the_last_value(self) -> None:
        schedule = ScheduleSettings("poly", 10, 1e-6, 0.9, floor=0)
        last = learning_rate(99, 100, 2e-4, schedule)
        assert learning_rate(100, 100, 2e-4, schedule) == last
        assert learning_rate(10_000, 100, 2e-4, schedule) == last

    def test_floor_holds_after_the_warmup_only(self) -> None:
        schedule = ScheduleSettings("cosine", 10, 1e-8, 0.9, floor=1e-5)
        assert learning_rate(0, 100, 2e-4, schedule) == 1e-8
        assert learning_rate(99, 100, 2e-4, schedule) == 1e-5

    def test_groups(self) -> None:
        groups = [[torch.nn.Parameter(torch.zeros(1))] for _ in range(5)]
        optimizer = build_optimizer(groups, OPTIMIZER)
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx(
            [2e-4, 2e-4, 2e-3, 2e-3, 2e-3]
        )
        schedule = ScheduleSettings("poly", 0, 1e-6, 1.0, floor=0)
        rates = set_learning_rates(optimizer, 50, 100, OPTIMIZER, schedule)
        assert rates == pytest.approx({"lr_encoder": 1e-4, "lr_heads": 1e-3})
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx(
            [1e-4, 1e-4, 1e-3, 1e-3, 1e-3]
        )
