"""CDTR's structure, start, outputs, parameter groups and precision."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.cdtr.formulation import Formulation
from methods.cdtr.learned_weights import LearnedWeights
from methods.cdtr.network import CDTR, CdtrOutput, class_maps
from methods.cdtr.stimulation import ClassStimulation
from methods.errors import InputError
from tests.reference.deform import deform_conv2d
from tests.unit.small_cdtr import CLASSES, SMALL, small_cdtr, small_images


def small_output() -> CdtrOutput:
    """Random maps with gradients, (2, 4, 3, 5)."""
    generator = torch.Generator().manual_seed(2)
    maps = torch.randn(2, 2, CLASSES, 3, 5, generator=generator).requires_grad_()
    attention = torch.rand(2, 3, 5, generator=generator).requires_grad_()
    return CdtrOutput(maps[0], maps[1], attention, attention[:, None])


class TestSizes:
    def test_odd_grid_is_refused(self) -> None:
        with pytest.raises(InputError) as raised:
            CDTR(replace(SMALL, pretrained_size=40), CLASSES)
        assert str(raised.value) == (
            "network: found patch_size 8 and pretrained_size 40, which make a grid of 5 x 5"
            " patches, expected an even number of patches along a side, since CSM halves the grid"
            " and doubles it again; set pretrained_size to a multiple of 16, and weights made for"
            " it."
        )

    @pytest.mark.parametrize("side", [16, 48])
    def test_grids_whose_half_is_odd(self, side: int) -> None:
        model = small_cdtr(settings=replace(SMALL, pretrained_size=side))
        output = model(small_images(side=side))
        assert output.csm_maps.shape == (2, CLASSES, side // 8, side // 8)

    @pytest.mark.parametrize("blocks", [0, 4])
    def test_blocks_that_are_not_there(self, blocks: int) -> None:
        with pytest.raises(InputError, match=f"found ocm_blocks {blocks} and depth 3, expected"):
            CDTR(replace(SMALL, ocm_blocks=blocks), CLASSES)

    @pytest.mark.parametrize("shape", [(48, 48), (32, 48), (37, 37), (24, 24)])
    def test_images_of_another_size_are_refused(self, shape: tuple[int, int]) -> None:
        with pytest.raises(InputError) as raised:
            small_cdtr()(torch.zeros(1, 3, *shape))
        assert str(raised.value) == (
            f"network: found an image of {shape[0]} x {shape[1]} pixels, expected 32 x 32, the"
            " pretrained_size, since the position table is never resized; make the crop and the"
            " image_size equal to pretrained_size."
        )


class TestStart:
    def test_encoder_and_learned_weights(self) -> None:
        model = small_cdtr(settings=replace(SMALL, width=64))
        for values in (model.cls_token, model.pos_embed, model.blocks[1].mlp.fc2.weight):
            assert values.std().item() == pytest.approx(0.02, rel=0.35)
        assert not model.blocks[1].mlp.fc2.bias.any()
        assert model.AutomaticWeightedLoss.params.tolist() == 5 * [1.0]

    def test_convolutions_start_as_torch_s(self) -> None:
        model = small_cdtr()
        for layer in (model.head, model.att_cls, model.att_layer.up_1.conv.UConv[0]):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            assert 0 < layer.weight.abs().max() <= bound
            assert layer.weight.abs().max() > 0.5 * bound
        assert model.head.bias.any()

    def test_momenta_and_slopes(self) -> None:
        model = small_cdtr()
        csm = [m for m in model.att_layer.modules() if isinstance(m, nn.BatchNorm2d)]
        assert [norm.momentum for norm in csm] == 4 * [0.01]
        ocm = [model.block0[1], model.block1[1], model.block_catbn]
        assert [norm.momentum for norm in ocm] == 3 * [0.1]
        slopes = {m.negative_slope for m in model.modules() if isinstance(m, nn.LeakyReLU)}
        assert slopes == {0.01}


class TestOutput:
    def test_shapes(self) -> None:
        output = small_cdtr()(small_images())
        assert output.patch_maps.shape == output.csm_maps.shape == (2, CLASSES, 4, 4)
        assert output.attention.shape == (2, 4, 4)
        assert output.predicted_attention.shape == (2, 1, 4, 4)
        assert output.logits.shape == output.csm_logits.shape == (2, CLASSES)

    def test_maps_follow_from_the_encoder(self) -> None:
        """Each by its definition, from the patches and rows of the encoder."""
        model = small_cdtr().eval()
        output, encoded = model(small_images()), model.encode_with_attention(small_images())
        rows = encoded.rows.reshape(2, 3, 2, 4, 4)
        patches = encoded.patches.transpose(1, 2).reshape(2, 12, 4, 4)
        torch.testing.assert_close(output.patch_maps, model.head(patches))
        torch.testing.assert_close(output.logits, model.head(patches).flatten(2).mean(-1))
        attention = sum(rows[:, block, head] for block in range(3) for head in range(2)) / 3
        torch.testing.assert_close(output.attention, attention)
        stacked = torch.stack([rows[:, i // 2, i % 2] for i in range(6)], dim=1)
        torch.testing.assert_close(output.csm_maps, model.att_cls(model.att_layer(stacked)))
        early = torch.cat((model.block0(rows[:, 0]), model.block1(rows[:, 1])), dim=1)
        predicted = model.block_catbn(model.block_catconv(early)).sigmoid()
        torch.testing.assert_close(output.predicted_attention, predicted)

    def test_stimulation_joins_the_attention_first(self) -> None:
        torch.manual_seed(0)
        csm = ClassStimulation(6, 5, CLASSES).eval()
        maps = torch.randn(2, 6, 6, 6)
        lower = csm.down_1[1](F.max_pool2d(maps, 2))
        assert lower.shape == (2, 5, 3, 3)
        raised = F.interpolate(lower, size=(6, 6), mode="bilinear", align_corners=False)
        torch.testing.assert_close(csm(maps), csm.up_1.conv(torch.cat((maps, raised), 1)))

    def test_everything_learns_from_the_six_outputs(self) -> None:
        model = small_cdtr()
        output = model(small_images())
        # Offsets start with weights of zero, which pass nothing on to the maps that make them.
        nn.init.normal_(model.dnc_att_layer.conv_offset.weight)
        values = [*output, model.dnc_logits(output), model.AutomaticWeightedLoss(torch.ones(5))]
        torch.stack([value.square().mean() for value in values]).sum().backward()
        without = {name for name, p in model.named_parameters() if p.grad is None}
        assert without == set()

    def test_attention_alone_reaches_the_encoder_through_csm(self) -> None:
        model = small_cdtr()
        model(small_images()).csm_logits.square().sum().backward()
        assert model.head.weight.grad is None
        assert model.norm.weight.grad is None
        assert model.blocks[0].attn.qkv.weight.grad.any()
        # Rows need queries and keys of the last block, but not its values.
        queries, keys, values = model.blocks[2].attn.qkv.weight.grad.chunk(3)
        assert queries.any()
        assert keys.any()
        assert not values.any()


class TestClassMaps:
    def test_every_class(self) -> None:
        output = small_output()
        expected = output.attention[:, None] * (output.patch_maps + output.csm_maps)
        assert torch.equal(class_maps(output), expected)

    def test_chosen_classes(self) -> None:
        output = small_output()
        whole = class_maps(output)
        one = class_maps(output, torch.tensor([3, 1]))
        assert torch.equal(one, torch.stack((whole[0, 3:], whole[1, 1:2])))
        two = class_maps(output, torch.tensor([[3, 0], [1, 1]]))
        assert torch.equal(two, torch.stack((whole[0, [3, 0]], whole[1, [1, 1]])))

    def test_detached_maps_leave_the_gradient_to_the_attention(self) -> None:
        output = small_output()
        halves = output._replace(
            patch_maps=output.patch_maps.detach(), csm_maps=output.csm_maps.detach()
        )
        class_maps(halves, torch.tensor([3, 1])).sum().backward()
        expected = (output.patch_maps + output.csm_maps)[[0, 1], [3, 1]]
        assert torch.equal(output.attention.grad, expected.detach())


class TestDeformableLogits:
    @pytest.mark.parametrize("ski", ["program", "figure"])
    def test_what_is_deformed(self, ski: str) -> None:
        model = small_cdtr(formulation=Formulation(ski=ski)).double()
        nn.init.normal_(model.dnc_att_layer.conv_offset.weight)
        output = model(small_images().double())
        deformed, guiding = output.csm_maps, output.patch_maps
        if ski == "figure":
            deformed, guiding = guiding, deformed
        offsets = model.dnc_att_layer.conv_offset(guiding * output.attention[:, None])
        maps = deform_conv2d(deformed, offsets, model.dnc_att_layer.deform_conv.weight)
        found = model.dnc_logits(output)
        torch.testing.assert_close(found, maps.flatten(2).mean(-1), rtol=0, atol=1e-12)


def test_learned_weights_by_hand() -> None:
    weights = LearnedWeights(2)
    weights.load_state_dict({"params": torch.tensor([2.0, -1.0])})
    total = weights(torch.tensor([8.0, 3.0]))
    # 0.5 / 4 * 8 + ln 5, and 0.5 * 3 + ln 2
    assert total.item() == pytest.approx(1 + 1.5 + math.log(10))
    assert weights.weights().tolist() == [0.125, 0.5]


def test_parameter_groups() -> None:
    model = small_cdtr()
    decaying, still = model.parameter_groups(0.3)
    assert (decaying["weight_decay"], still["weight_decay"]) == (0.3, 0.0)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    grouped = [id(parameter) for group in (decaying, still) for parameter in group["params"]]
    assert sorted(grouped) == sorted(names)
    kept = {names[id(parameter)] for parameter in still["params"]}
    assert {"cls_token", "pos_embed", "head.bias", "norm.weight", "block0.1.weight"} <= kept
    assert "AutomaticWeightedLoss.params" in kept
    assert all(name.endswith(".weight") for name in names.values() if name not in kept)
    assert "block0.0.weight" not in kept


class TestPrecision:
    @pytest.mark.parametrize("precision", ["bf16", "fp16"])
    @pytest.mark.parametrize("gradients", [True, False])
    def test_reaches_the_encoder_alone(self, precision: str, gradients: bool) -> None:
        exact, images = small_cdtr(), small_images()
        coarse = small_cdtr(precision=precision)
        with torch.set_grad_enabled(gradients):
            output, expected = coarse(images), exact(images)
        assert all(value.dtype == torch.float32 for value in (*output, output.logits))
        assert not torch.equal(output.patch_maps, expected.patch_maps)
        torch.testing.assert_close(output.patch_maps, expected.patch_maps, rtol=0, atol=0.05)
        torch.testing.assert_close(output.attention, expected.attention, rtol=0, atol=1e-3)
        assert coarse.dnc_logits(output).dtype == torch.float32

    def test_autocast_around_the_network_changes_nothing(self) -> None:
        model, images = small_cdtr(), small_images()
        with torch.autocast("cpu", torch.bfloat16):
            output = model(images)
            logits = model.dnc_logits(output)
        other = small_cdtr()
        for found, expected in zip(output, other(images), strict=True):
            assert torch.equal(found, expected)
        assert torch.equal(logits, other.dnc_logits(output))

    def test_float64_stays_float64(self) -> None:
        output: tuple[Tensor, ...] = small_cdtr().double()(small_images().double())
        assert all(value.dtype == torch.float64 for value in output)
