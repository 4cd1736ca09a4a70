"""What the training objective counts, reads and draws."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from methods.data.labels import IGNORE
from methods.more.formulation import Formulation
from methods.more.localization import multi_scale_maps
from methods.more.network import CamOutput, MoRe, MoReOutput
from methods.more.objective import Objective
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import outside_box, patch_box, refine_labels
from methods.more.settings import NetworkSettings, PrecisionSettings, TrainingSettings
from methods.settings import build
from tests.unit.small_run import CLASSES, record_passes, small_run

PROGRAM, FIXED = Formulation(), Formulation(grid_box="fixed")
WHOLE = torch.tensor([[0, 48, 0, 48]] * 2)
CUT = torch.tensor([[9, 40, 0, 48], [0, 48, 16, 33]])


def settings(**losses: Any) -> TrainingSettings:
    training = build(TrainingSettings, small_run()["training"])
    return replace(training, losses=replace(training.losses, **losses))


def network(formulation: Formulation = PROGRAM, precision: str = "fp32") -> MoRe:
    torch.manual_seed(1)
    sizes = build(NetworkSettings, small_run()["network"])
    return MoRe(sizes, len(CLASSES), formulation, precision)


@pytest.fixture
def images() -> Tensor:
    torch.manual_seed(2)
    return torch.randn(2, 3, 48, 48)


@pytest.fixture
def labels() -> Tensor:
    return torch.tensor([[1, 0, 1], [0, 1, 0]], dtype=torch.float32)


def localized(
    objective: Objective, model: MoRe, images: Tensor, *, with_target: bool = True
) -> tuple[MoReOutput, CamOutput]:
    output = model(images)
    return output, objective.maps(model, images, output, with_target=with_target)


class TestStages:
    def test_terms_begin_to_count_one_after_the_other(self) -> None:
        """The published COCO schedule: 8000, 12000 and 16000 iterations without."""
        staged = settings(ptc_start=8000, region_start=12000, seg_start=16000, mask_switch=50000)
        objective = Objective(staged, PROGRAM)
        always = ["cls", "cls_aux", "attri"]
        for n_iter, more in (
            (0, []),
            (8000, []),
            (8001, ["ptc"]),
            (12000, ["ptc"]),
            (12001, ["ptc", "cre", "ure"]),
            (16000, ["ptc", "cre", "ure"]),
            (16001, ["ptc", "cre", "ure", "seg", "reg"]),
        ):
            counting = {name for name, weight in objective.weights(n_iter).items() if weight}
            assert counting == {*always, *more}, n_iter

    def test_from_the_first_iteration_on(self) -> None:
        from_the_start = settings(ptc_start=-1, region_start=-1, seg_start=-1)
        weights = Objective(from_the_start, PROGRAM).weights(0)
        assert weights == {
            "cls": 1, "cls_aux": 1, "attri": 1,
            "cre": 0.2, "ure": 0.1, "ptc": 0.3, "seg": 0.12, "reg": 0.05,
        }  # fmt: skip

    def test_random_draws_do_not_depend_on_the_stage(self, images: Tensor, labels: Tensor) -> None:
        drawn = []
        for start in (-1, 100):
            staged = settings(region_start=start, ptc_start=start)
            torch.manual_seed(5)
            Objective(staged, PROGRAM)(network(), images, labels, 0)
            drawn.append(torch.rand(3))
        torch.manual_seed(5)
        assert torch.equal(*drawn)
        assert not torch.equal(drawn[0], torch.rand(3))

    def test_a_term_that_counts_nothing_is_still_told_and_has_no_gradient(
        self, images: Tensor, labels: Tensor
    ) -> None:
        gradients = []
        for changes in ({"ptc_start": 100}, {"ptc": 0.0}):
            torch.manual_seed(5)
            model = network()
            terms = Objective(settings(**changes), PROGRAM)(model, images, labels, 0)
            assert terms["ptc"] > 0
            terms["total"].backward()
            gradients.append(model.encoder.norm.weight.grad)
        assert torch.equal(*gradients)

    @pytest.mark.parametrize(("cre_range", "finite"), [("program", False), ("fixed", True)])
    def test_an_overflow_of_cre_is_noticed_before_cre_counts(
        self, images: Tensor, labels: Tensor, cre_range: str, finite: bool
    ) -> None:
        formulation = Formulation(cre_range=cre_range)
        model = network(formulation)
        torch.nn.init.constant_(model.encoder.norm.weight, 500.0)  # long patches
        staged = settings(region_start=100, seg_start=100)
        terms = Objective(staged, formulation)(model, images, labels, 0)
        assert bool(terms["cre"].isfinite()) == finite
        assert bool(terms["total"].isfinite()) == finite


class TestSharedPass:
    @pytest.mark.parametrize(
        ("precision", "shared"),
        [
            (PrecisionSettings("fp32", "fp32", False), True),
            (PrecisionSettings("bf16", "bf16", False), True),
            (PrecisionSettings("fp32", "bf16", False), True),
            (PrecisionSettings("bf16", "fp32", False), False),
        ],
    )
    def test_scale_one_is_passed_once_where_it_is_exact_enough(
        self, images: Tensor, labels: Tensor, precision: PrecisionSettings, shared: bool
    ) -> None:
        objective = Objective(replace(settings(), precision=precision), PROGRAM)
        model = network(precision=precision.network)
        passes = record_passes(model)
        objective(model, images, labels, 0)
        first = 2 if shared else 4  # mirrored images alone, or all
        sizes = [(len(x.patches), x.grid) for x in passes]
        assert sizes == [(2, (6, 6)), (first, (6, 6)), (4, (3, 3))]
        assert passes[0].patches.requires_grad
        assert not any(x.patches.requires_grad for x in passes[1:])

    @pytest.mark.parametrize("network_precision", ["fp32", "bf16"])
    def test_maps_are_those_of_separate_passes(
        self, images: Tensor, network_precision: str
    ) -> None:
        precision = PrecisionSettings(network_precision, "fp32", False)
        objective = Objective(replace(settings(), precision=precision), PROGRAM)
        _, maps = localized(objective, network(precision=network_precision), images)
        separate = multi_scale_maps(network(), images, (1.0, 0.5))
        torch.testing.assert_close(maps.cam, separate.cam)
        torch.testing.assert_close(maps.auxiliary_cam, separate.auxiliary_cam)

    def test_no_gradient_comes_through_the_maps(self, images: Tensor) -> None:
        _, maps = localized(Objective(settings(), PROGRAM), network(), images)
        assert not maps.cam.requires_grad
        assert not maps.auxiliary_cam.requires_grad


class TestBoxes:
    def test_boxes_of_whole_images_change_no_bit(self, images: Tensor, labels: Tensor) -> None:
        results = []
        for boxes in (None, WHOLE):
            for formulation in (PROGRAM, FIXED):
                torch.manual_seed(5)
                model = network()
                terms = Objective(settings(), formulation)(model, images, labels, 2, boxes)
                terms["total"].backward()
                gradients = [p.grad for p in model.parameters() if p.grad is not None]
                results.append((terms, gradients))
        (first, expected), *others = results
        for terms, gradients in others:
            assert all(torch.equal(terms[name], first[name]) for name in first)
            assert all(map(torch.equal, gradients, expected))

    @pytest.mark.parametrize(
        ("corner", "outside"), [((100, 50), 28 * 28), ((10, 5), 28 * 28 - 18 * 23)]
    )
    def test_published_boxes_take_pixels_for_patches(
        self, corner: tuple[int, int], outside: int
    ) -> None:
        """A box that begins at pixel 28 or later empties the grid of 28 patches (trap T3)."""
        box = torch.tensor([[corner[0], 448, corner[1], 448]])
        masks = self._grid_masks(PROGRAM, box)
        for mask in masks[:2]:
            assert int((mask == IGNORE).sum()) == outside
        pairs = 28 * 28 - outside
        assert int((masks[2] != IGNORE).sum()) == pairs * (pairs - 1)

    def test_fixed_boxes_keep_the_patches_wholly_inside(self) -> None:
        masks = self._grid_masks(FIXED, torch.tensor([[100, 448, 50, 431]]))
        inside = torch.zeros(28, 28, dtype=torch.bool)
        inside[7:, 4:26] = True  # pixels 112 to 447 and 64 to 415
        for mask in masks[:2]:
            assert torch.equal(mask[0] != IGNORE, inside)

    @staticmethod
    def _grid_masks(formulation: Formulation, box: Tensor) -> tuple[Tensor, ...]:
        # Everything is certain, so that only the box makes patches uncertain.
        cam = torch.ones(1, 3, 448, 448)
        maps = CamOutput(cam, cam)
        objective = Objective(settings(), formulation)
        return objective.region_masks(maps, torch.ones(1, 3), 9, torch.Size((28, 28)), box)

    def test_patches_of_a_box(self) -> None:
        boxes = torch.tensor([[0, 448, 0, 448], [1, 447, 16, 32], [100, 110, 3, 9]])
        assert patch_box(boxes, 16).tolist() == [[0, 28, 0, 28], [1, 27, 1, 2], [7, 6, 1, 0]]
        empty = outside_box(patch_box(boxes, 16), (28, 28))[2]
        assert empty.all()

    def test_boxes_reach_target_and_energy(self, images: Tensor, labels: Tensor) -> None:
        objective, model = Objective(settings(), FIXED), network()
        _, maps = localized(objective, model, images)
        whole = objective.decoder_target(images, maps, labels)
        boxed = objective.decoder_target(images, maps, labels, CUT)
        outside = outside_box(CUT, (48, 48))
        assert torch.equal(boxed, whole.masked_fill(outside, IGNORE))
        assert not torch.equal(boxed, whole)
        energies = []
        for boxes in (None, CUT):
            torch.manual_seed(5)
            energies.append(objective(model, images, labels, 2, boxes)["reg"].item())
        assert energies[0] < energies[1] < 0  # less area, less of the negative energy


class TestDecoderTarget:
    def test_the_paper_s_is_made_from_the_lam(self, images: Tensor, labels: Tensor) -> None:
        paper = Formulation(decoder_target="paper")
        objective, model = Objective(settings(), paper), network(paper)
        _, maps = localized(objective, model, images)
        lam = multi_scale_maps(model, images, (1.0, 0.5), with_lam=True).lam
        assert lam is not None
        chosen = settings().pseudo_labels
        par = PixelAdaptiveRefinement(chosen.par.dilations, chosen.par.iterations)
        expected = refine_labels(images, lam, labels, chosen.refine, par)
        assert torch.equal(objective.decoder_target(images, maps, labels), expected)

    def test_the_lam_is_made_only_where_the_decoder_reads_it(self, images: Tensor) -> None:
        paper, program = Formulation(decoder_target="paper"), Formulation(lam="paper")
        for formulation, with_target, expected in (
            (paper, True, True),
            (paper, False, False),
            (program, True, False),
        ):
            objective = Objective(settings(), formulation)
            _, maps = localized(objective, network(), images, with_target=with_target)
            assert (maps.lam is not None) == expected

    def test_both_accounts_train_the_decoder_on_other_labels(
        self, images: Tensor, labels: Tensor
    ) -> None:
        losses = []
        for account in ("program", "paper"):
            torch.manual_seed(5)
            formulation = Formulation(decoder_target=account)
            terms = Objective(settings(), formulation)(network(), images, labels, 2)
            losses.append({name: value.item() for name, value in terms.items()})
        differing = {name for name in losses[0] if losses[0][name] != losses[1][name]}
        assert differing == {"seg", "reg", "total"}
