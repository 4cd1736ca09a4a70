"""Parameters, work and memory of CDTR, by arithmetic and counted in the modules."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from methods.cdtr import cost
from methods.cdtr.network import CDTR
from methods.cdtr.settings import NetworkSettings
from methods.settings import build
from methods.vit import VisionTransformer
from methods.vit_cost import VitSizes
from methods.weights.clip import build_clip
from methods.weights.clip_cost import clip_cost
from tests.unit.small_plan import small_localization

GIGA = 1e9
PUBLISHED_GUIDE = {"model": "ViT-B-32-quickgelu"}
CUB: Mapping[str, Any] = {
    "patch_size": 16,
    "width": 384,
    "depth": 12,
    "heads": 6,
    "pretrained_size": 224,
    "csm_width": 16,
    "ocm_blocks": 9,
    "drop_path": 0.1,
}
ILSVRC = {**CUB, "csm_width": 512, "ocm_blocks": 10}
OWN_TRANSFORMER = {
    "embed_dim": 32,
    "image_size": 64,
    "vision": {"layers": 3, "width": 64, "head_width": 16, "patch_size": 16},
    "text": {"layers": 1, "width": 32, "heads": 2},
}
OWN_RESNET = {**OWN_TRANSFORMER, "vision": {"layers": [1, 2, 1, 1], "width": 16, "head_width": 16}}


def run_of(network: Mapping[str, Any], batch_size: int = 128, precision: str = "fp32") -> Any:
    training = {"batch_size": batch_size, "precision": {"network": precision, "tf32": False}}
    return {"network": network, "training": training}


def network_of(network: Mapping[str, Any], classes: int) -> CDTR:
    return CDTR(build(NetworkSettings, network), classes)


class Count:
    """Multiply-accumulate operations of the layers that are given one image."""

    def __init__(self, network: nn.Module) -> None:
        self.macs = 0
        for module in network.modules():
            if isinstance(module, nn.Linear | nn.Conv2d):
                module.register_forward_hook(self._add)

    def _add(self, module: nn.Module, inputs: Any, output: Tensor) -> None:
        assert isinstance(module.weight, Tensor)
        places = output.shape[-2:].numel() if output.dim() == 4 else output[..., 0].numel()
        self.macs += module.weight.numel() * places


@contextmanager
def kept_bytes(without: nn.Module) -> Iterator[Callable[[], int]]:
    """Bytes of all arrays that autograd keeps, less those of a module's own values."""
    own = {value.untyped_storage().data_ptr() for value in without.state_dict().values()}
    kept: dict[int, Tensor] = {}

    def keep(value: Tensor) -> Tensor:
        kept[value.untyped_storage().data_ptr()] = value
        return value

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
        yield lambda: sum(v.untyped_storage().nbytes() for k, v in kept.items() if k not in own)


@pytest.mark.parametrize(
    ("network", "classes", "published"), [(CUB, 200, 23_321_578), (ILSVRC, 1000, 52_237_979)]
)
def test_parameters_are_those_of_the_network(
    network: Mapping[str, Any], classes: int, published: int
) -> None:
    with torch.device("meta"):
        counted = sum(value.numel() for value in network_of(network, classes).parameters())
    assert cost.parameters(run_of(network), classes) == counted == published


def test_parameters_of_other_sizes() -> None:
    network = {**CUB, "width": 24, "depth": 3, "heads": 2, "csm_width": 5, "mlp_ratio": 2.0}
    network |= {"pretrained_size": 96, "patch_size": 8, "ocm_blocks": 2}
    with torch.device("meta"):
        counted = sum(value.numel() for value in network_of(network, 7).parameters())
        sizes = {"patch_size": 8, "width": 24, "depth": 3}
        vit = VisionTransformer(**sizes, heads=2, tokens=1, pretrained_size=96, mlp_ratio=2.0)
    assert cost.parameters(run_of(network), 7) == counted
    plain = VitSizes(**sizes, image_size=96, tokens=1, mlp_ratio=2.0)
    assert plain.parameters() == sum(value.numel() for value in vit.parameters())


def test_work_of_the_published_sizes() -> None:
    """GMAC an image; the last two are a sum of the first, SKI and CLIP."""
    assert cost.forward_macs(run_of(CUB), 200) / GIGA == pytest.approx(4.84, rel=0.01)
    assert cost.forward_macs(run_of(ILSVRC), 1000) / GIGA == pytest.approx(8.40, rel=0.01)
    assert cost.prediction_macs(run_of(CUB), 200) == cost.forward_macs(run_of(CUB), 200)
    assert clip_cost(PUBLISHED_GUIDE).macs / GIGA == pytest.approx(4.4, rel=0.01)
    assert cost.training_macs(run_of(CUB), 200, PUBLISHED_GUIDE) / GIGA == pytest.approx(
        32.2, abs=0.1
    )
    assert cost.training_macs(run_of(ILSVRC), 1000, PUBLISHED_GUIDE) / GIGA == pytest.approx(
        43.0, abs=0.1
    )


def test_work_is_counted_by_the_modules() -> None:
    run = small_localization()["runs"]["cdtr"]
    network = network_of(run["network"], 3)
    count = Count(network)
    output = network(torch.zeros(2, 3, 48, 48))
    # Two images, as batch normalisation asks for; a layer's places are counted of one.
    rows = 37
    linear = 2 * rows * 12 * 16**2  # of both images, in each of two blocks
    attention = 2 * 2 * rows**2 * 16  # two products in each of two blocks
    forward = count.macs - linear + attention
    assert cost.forward_macs(run, 3) == forward
    network.dnc_logits(output)
    offsets = count.macs + attention - linear - forward
    shares = 9 * 36 * 36 + 9 * 36 * 3 + 9 * 3 * 3
    guide = clip_cost(OWN_RESNET).macs
    expected = 3 * (forward + offsets + shares) + 4 * guide
    assert cost.training_macs(run, 3, OWN_RESNET) == expected


@pytest.mark.parametrize(
    ("network", "attention"),
    [
        # in each of three blocks: queries, keys, values and projection, and two products
        (OWN_TRANSFORMER, 3 * (4 * 17 * 64**2 + 2 * 17**2 * 64)),
        # keys and values of the mean and of 2 x 2 places
        (OWN_RESNET, 2 * 5 * (32 * 16) ** 2),
    ],
)
def test_guide_of_one_s_own_sizes(network: Mapping[str, Any], attention: int) -> None:
    tower = build_clip(network).eval().requires_grad_(False).visual
    count = Count(tower)
    pixels = torch.zeros(1, 3, 64, 64, requires_grad=True)
    with kept_bytes(tower) as kept:
        tower(pixels)
        assert 4 * clip_cost(network).kept == pytest.approx(kept(), rel=0.1)
    assert clip_cost(network).macs == count.macs + attention  # which calls no layer


def test_guides_by_name() -> None:
    base, large, resnet = ({"model": name} for name in ("ViT-B-32", "ViT-L-14", "RN50"))
    assert clip_cost(base) == clip_cost(PUBLISHED_GUIDE)
    sizes = {"image_size": 224, "vision": {"layers": [3, 4, 6, 3], "width": 64}, "text": {}}
    assert clip_cost(resnet) == clip_cost(sizes)
    assert clip_cost(large).macs / GIGA == pytest.approx(81, abs=1)
    pixels = torch.zeros(1, 3, 224, 224, requires_grad=True)
    tower = build_clip(PUBLISHED_GUIDE).eval().requires_grad_(False).visual
    with kept_bytes(tower) as kept:
        tower(pixels)
        assert 4 * clip_cost(PUBLISHED_GUIDE).kept == pytest.approx(kept(), rel=0.1)


@pytest.mark.parametrize(("network", "classes"), [(CUB, 200), (ILSVRC, 1000)])
def test_memory_is_what_autograd_keeps(network: Mapping[str, Any], classes: int) -> None:
    model = network_of(network, classes)
    with kept_bytes(model) as kept:
        output = model(torch.zeros(2, 3, 224, 224))
        logits = model.dnc_logits(output)
        counted = kept() / 2
    assert logits.shape == (2, classes)
    two, one = (
        cost.training_memory(run_of(network, count), classes, PUBLISHED_GUIDE) for count in (2, 1)
    )
    image = two - one - 2 * 4 * clip_cost(PUBLISHED_GUIDE).kept
    assert image == pytest.approx(counted, rel=0.03)
    assert 2 * one - two == 16 * cost.parameters(run_of(network), classes)


def test_memory_of_the_published_batch() -> None:
    """In GB; low precision halves most of what the encoder keeps, and copies its weights."""
    exact = cost.training_memory(run_of(CUB), 200, PUBLISHED_GUIDE)
    low = cost.training_memory(run_of(CUB, precision="fp16"), 200, PUBLISHED_GUIDE)
    assert exact / GIGA == pytest.approx(15.2, abs=0.1)
    assert low / GIGA == pytest.approx(12.2, abs=0.1)
    assert cost.training_memory(run_of(CUB, precision="bf16"), 200, PUBLISHED_GUIDE) == low


def test_images_and_values_by_hand() -> None:
    run = small_localization()["runs"]["cdtr"]
    # Of 50 images 48 are drawn in an epoch, by two processes in six batches of 4.
    assert cost.training_images(run, 50) == 5 * 2 * 6 * 4
    assert cost.map_values(run, 3) == 3 + 2 * 36 + 36 + 2


def test_memory_of_a_prediction_is_that_of_a_batch() -> None:
    run = run_of(CUB)
    encoder = 2 * 4 * 8 * (196 + 1) * (4 * 384 + 2 * 1536)
    assert encoder < cost.prediction_memory(run, 200) < 1.6 * encoder
    assert cost.prediction_memory(run, 1000) > cost.prediction_memory(run, 200)
