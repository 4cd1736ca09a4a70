"""The network's structure, parameter groups and precision."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from methods.more.graph import GraphCategoryRepresentation
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.torch_compat import define_missing_operators
from methods.vit import interpolate_positions

PAPER = NetworkSettings(
    patch_size=16,
    width=768,
    depth=12,
    heads=12,
    pretrained_size=224,
    registers=4,
    auxiliary_layer=-3,
    neighbour_ratio=0.5,
    decoder_width=512,
    decoder_dilation=5,
)
SMALL = replace(PAPER, width=16, depth=4, heads=2, pretrained_size=64, decoder_width=8)
CLASSES = 3


def small_model(seed: int = 0, settings: NetworkSettings = SMALL) -> MoRe:
    torch.manual_seed(seed)
    return MoRe(settings, CLASSES)


def small_images(height: int = 64, width: int = 64) -> Tensor:
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0))


def published_shapes(classes: int) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the authors' checkpoints, without the wrapper's "module."."""
    tokens, width, hidden = classes + 4, 768, 3072

    def linear(name: str, outputs: int, inputs: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}

    def norm(name: str) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (width,), f"{name}.bias": (width,)}

    shapes: dict[str, tuple[int, ...]] = {
        "encoder.cls_token": (1, tokens, width),
        "encoder.pos_embed": (1, tokens + 196, width),
        "encoder.patch_embed.proj.weight": (width, 3, 16, 16),
        "encoder.patch_embed.proj.bias": (width,),
    }
    for block in (f"encoder.blocks.{index}" for index in range(12)):
        shapes |= norm(f"{block}.norm1") | norm(f"{block}.norm2")
        shapes |= linear(f"{block}.attn.qkv", 3 * width, width)
        shapes |= linear(f"{block}.attn.proj", width, width)
        shapes |= linear(f"{block}.mlp.fc1", hidden, width)
        shapes |= linear(f"{block}.mlp.fc2", width, hidden)
    shapes |= norm("encoder.norm") | linear("encoder.head", tokens, width)
    shapes |= {
        "decoder.conv6.weight": (512, width, 3, 3),
        "decoder.conv7.weight": (512, 512, 3, 3),
        "decoder.conv8.weight": (classes + 1, 512, 1, 1),
        "classifier.weight": (classes, width, 1, 1),
        "aux_classifier.weight": (classes, width, 1, 1),
    }
    for name in ("_fc1.0", "head_proj", "tail_proj", "linear1", "linear2"):
        shapes |= linear(f"graph_layer.{name}", width, width)
    return shapes | norm("graph_layer.norm")


class TestPublishedStructure:
    @pytest.mark.parametrize(
        ("classes", "values"), [(20, 94_746_648), (80, 95_007_828)], ids=["voc", "coco"]
    )
    def test_keys_and_shapes(self, classes: int, values: int) -> None:
        with torch.device("meta"):
            state = MoRe(PAPER, classes).state_dict()
        assert {key: tuple(value.shape) for key, value in state.items()} == published_shapes(
            classes
        )
        assert len(state) == 169
        assert sum(value.numel() for value in state.values()) == values

    def test_epsilons(self) -> None:
        with torch.device("meta"):
            model = MoRe(PAPER, 20)
        norms = [module for module in model.encoder.modules() if isinstance(module, nn.LayerNorm)]
        assert [norm.eps for norm in norms] == 25 * [1e-6]
        assert model.graph_layer.norm.eps == 1e-5

    def test_parameter_groups(self) -> None:
        with torch.device("meta"):
            model = MoRe(PAPER, 20)
        groups = model.parameter_groups()
        sizes = [sum(parameter.numel() for parameter in group) for group in groups]
        assert sizes == [85_814_040, 38_400, 30_720, 2_954_496, 5_908_992]
        grouped = [id(parameter) for group in groups for parameter in group]
        assert sorted(grouped) == sorted(id(parameter) for parameter in model.parameters())


class TestForward:
    @pytest.mark.parametrize(("size", "kept"), [((70, 70), True), ((64, 70), False)])
    def test_only_square_images_keep_the_position_table(
        self, size: tuple[int, int], kept: bool
    ) -> None:
        table = torch.randn(1, 2 + 16, 8, generator=torch.Generator().manual_seed(0))
        positions = interpolate_positions(table, 2, 16, size)
        assert positions.shape == table.shape
        assert torch.equal(positions[:, :2], table[:, :2])
        assert torch.equal(positions, table) == kept

    def test_shapes_of_an_image_that_is_no_multiple_of_the_patch(self) -> None:
        model, images = small_model(), small_images(50, 70)
        output = model(images)
        assert output.class_logits.shape == (2, CLASSES)
        assert output.auxiliary_logits.shape == (2, CLASSES)
        assert output.seg_logits.shape == (2, CLASSES + 1, 3, 4)
        assert output.feature_map.shape == (2, 16, 3, 4)
        assert output.class_tokens.shape == (2, CLASSES, 16)
        maps = model.forward_cams(images, with_lam=False)
        assert maps.cam.shape == maps.auxiliary_cam.shape == (2, CLASSES, 3, 4)
        assert maps.lam is None

    def test_maps_of_a_pass_are_those_of_a_pass_of_their_own(self) -> None:
        model, images = small_model(), small_images()
        found = model.maps_of(model(images), with_lam=True)
        for maps, expected in zip(found, model.forward_cams(images, with_lam=True), strict=True):
            assert torch.equal(maps, expected)
        assert model.maps_of(model(images), with_lam=False).lam is None

    def test_class_logits_are_those_of_the_pooled_features(self) -> None:
        model = small_model()
        output = model(small_images())
        pooled = output.feature_map.flatten(2).max(-1).values
        expected = pooled @ model.classifier.weight.flatten(1).T
        torch.testing.assert_close(output.class_logits, expected)

    def test_train_and_eval_agree(self) -> None:
        model, images = small_model(), small_images()
        for trained, evaluated in zip(model.train()(images), model.eval()(images), strict=True):
            assert torch.equal(trained, evaluated)

    def test_everything_learns_but_what_the_method_never_applies(self) -> None:
        model = small_model()
        output = model(small_images())
        loss = torch.stack([value.square().mean() for value in output]).sum()
        torch.autograd.backward(loss)
        without = {name for name, value in model.named_parameters() if value.grad is None}
        assert without == {
            "encoder.head.weight",
            "encoder.head.bias",
            "graph_layer._fc1.0.weight",
            "graph_layer._fc1.0.bias",
        }

    def test_graph_leaves_patches_alone(self) -> None:
        model, images = small_model(), small_images()
        output = model(images)
        output.feature_map.retain_grad()
        output.class_tokens.square().sum().backward()
        assert output.feature_map.grad is None
        assert model.encoder.cls_token.grad is not None
        assert model.encoder.cls_token.grad.any()


class TestPrecision:
    def test_graph_is_float32_under_autocast(self) -> None:
        torch.manual_seed(0)
        graph = GraphCategoryRepresentation(64, 0.5)
        tokens, patches = torch.randn(1, 6, 64), torch.randn(1, 9, 64)
        with torch.autocast("cpu", torch.bfloat16):
            found = graph(tokens, patches)
        assert found.dtype == torch.float32
        assert torch.equal(found, graph(tokens, patches))

    def test_bf16_reaches_the_encoder_alone(self) -> None:
        exact, images = small_model(), small_images()
        coarse = MoRe(SMALL, CLASSES, precision="bf16")
        coarse.load_state_dict(exact.state_dict())
        output = coarse(images)
        assert all(value.dtype == torch.float32 for value in output)
        assert not torch.equal(output.feature_map, exact(images).feature_map)
        assert torch.equal(output.seg_logits, coarse.decoder(output.feature_map))

    def test_autocast_around_the_network_changes_nothing(self) -> None:
        model, images = small_model(), small_images()
        with torch.autocast("cpu", torch.bfloat16):
            inside = model(images)
        for found, expected in zip(inside, model(images), strict=True):
            assert torch.equal(found, expected)


def test_operators_of_torchvision_may_be_asked_for_again() -> None:
    define_missing_operators()  # importing the network did it first
    assert hasattr(torch.ops.torchvision, "nms")
