"""The loss of SBA and CLIP's similarities against the published program's numbers."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from methods.cdtr.clip_guidance import ClipGuidance, build_guidance
from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.losses import loss_clip
from methods.data.transforms import normalise
from tests.golden.cdtr_stub import StubTowers
from tests.golden.golden import GoldenArrays, golden, golden_tensors, relative_error

VALUE = 1e-5
GRADIENT = 1e-4
OWN_BACKGROUND = Formulation(prompt_background="background")
# The labels 5, 199 and 7 choose none of the first three names.
BIRDS = ("Black_footed_Albatross", "Laysan_Albatross", "Sooty_Albatross", *map(str, range(197)))
THINGS = (
    "tench, Tinca tinca",
    "goldfish, Carassius auratus",
    "great white shark, white shark, man-eater, man-eating shark, Carcharodon carcharias",
    *map(str, range(197)),
)


@pytest.fixture(scope="module")
def data() -> GoldenArrays[Tensor]:
    return golden_tensors("04_clip", "cdtr")


@pytest.fixture
def images(data: GoldenArrays[Tensor]) -> Tensor:
    return torch.stack([normalise(image) for image in data["u8"].permute(0, 2, 3, 1).numpy()])


def whole_images(
    guidance: ClipGuidance, images: Tensor, labels: Tensor, *, foreground: bool
) -> Tensor:
    """Similarities of images that the map keeps, or leaves out, as a whole; (B, 1, 1)."""
    maps = images.new_full((len(images), 1, 14, 14), float(foreground))
    return guidance.similarities(images, maps, labels)[0 if foreground else 1][:, None, None]


def test_loss_clip(data: GoldenArrays[Tensor]) -> None:
    """Two similarities of either side lie outside of the clamp."""
    foreground, background = (data[name].requires_grad_() for name in ("fg", "bg"))
    loss = loss_clip(foreground, background)
    loss.backward()
    assert relative_error(loss, data["loss"]) < VALUE
    assert relative_error(foreground.grad, data["g_fg"]) < GRADIENT
    assert relative_error(background.grad, data["g_bg"]) < GRADIENT


@pytest.mark.parametrize(
    ("classes", "formulation", "foreground", "prompts", "similarity"),
    [
        (BIRDS, PROGRAM, True, "prompts", "similarity"),
        (BIRDS, PROGRAM, False, "prompts", "similarity"),
        (BIRDS, OWN_BACKGROUND, False, "prompts_bg", "similarity_bg_type"),
        (THINGS, PROGRAM, True, "prompts_imnet", "similarity_imnet"),
    ],
)
def test_similarities(
    data: GoldenArrays[Tensor],
    images: Tensor,
    classes: tuple[str, ...],
    formulation: Formulation,
    foreground: bool,
    prompts: str,
    similarity: str,
) -> None:
    towers = StubTowers()
    guidance = build_guidance(towers, classes, formulation)
    assert set(golden("04_clip", "cdtr")[prompts].tolist()) <= set(towers.texts)
    found = whole_images(guidance, images, data["labels"], foreground=foreground)
    assert relative_error(found, data[similarity]) < VALUE


def test_gradient_of_the_pixels(data: GoldenArrays[Tensor], images: Tensor) -> None:
    guidance = build_guidance(StubTowers(), BIRDS, PROGRAM)
    images.requires_grad_()
    similarity = whole_images(guidance, images, data["labels"], foreground=True)
    (similarity * data["gs"]).sum().backward()
    assert images.grad is not None
    assert relative_error(avg_pool2d(images.grad, 16), data["gx_pool"]) < GRADIENT
