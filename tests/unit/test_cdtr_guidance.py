"""SBA's comparison of foreground and background with prompts."""

import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from methods.cdtr.clip_guidance import ClipGuidance, build_guidance
from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.losses import loss_clip
from methods.data.transforms import normalise
from methods.weights.clip_networks import CLIP_MEAN, CLIP_STD

BY_LABEL = Formulation(prompt="label")
LABELS = torch.tensor([2, 0])
TABLE = 2 * torch.eye(3)  # the prompt of class k is like channel k


def images(count: int = 2, side: int = 4) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0)) + 0.1


def channel_sums(pixels: Tensor) -> Tensor:
    return pixels.sum((2, 3))


def guidance(formulation: Formulation = PROGRAM, background: Tensor = TABLE) -> ClipGuidance:
    return ClipGuidance(channel_sums, TABLE, background, formulation)


class Towers:
    """Remembers the texts; text k of a table is like channel k."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    encode_image = staticmethod(channel_sums)

    def text_table(self, names: Sequence[str], template: str) -> Tensor:
        self.texts += [template.format(name=name) for name in names]
        return torch.eye(3)[torch.arange(len(names)) + (2 if "background" in template else 0)]


class TestPrompts:
    @pytest.mark.parametrize(("formulation", "rows"), [(PROGRAM, [0, 1]), (BY_LABEL, [2, 0])])
    def test_by_position_or_by_label(self, formulation: Formulation, rows: list[int]) -> None:
        pixels = images()
        found, _ = guidance(formulation).similarities(pixels, torch.ones(2, 1, 2, 2), LABELS)
        sums = channel_sums(pixels)
        expected = sums[[0, 1], rows] / sums.norm(dim=1)
        assert torch.allclose(found, expected, rtol=1e-6, atol=0)

    def test_by_label_a_batch_may_be_larger_than_the_number_of_names(self) -> None:
        labels = torch.tensor([0, 1, 2, 0])
        maps = torch.ones(4, 1, 2, 2)
        assert guidance(BY_LABEL)(images(4), maps, labels).isfinite()

    def test_the_texts_that_are_encoded(self) -> None:
        for formulation, expected in (
            (PROGRAM, ["a photo of A_b."]),
            (Formulation(prompt_words="blanks"), ["a photo of A b."]),
            (
                Formulation(prompt_background="background"),
                ["a photo of A_b.", "a background photo of A_b."],
            ),
        ):
            towers = Towers()
            build_guidance(towers, ("A_b",), formulation)
            assert towers.texts == expected

    def test_the_background_has_its_own_prompt_where_asked(self) -> None:
        pixels, nothing = images(1), torch.zeros(1, 1, 2, 2)
        sums = channel_sums(pixels)[0]
        for formulation, row in (
            (PROGRAM, 0),
            (Formulation(prompt_background="background"), 2),
        ):
            made = build_guidance(Towers(), ("A",), formulation)
            _, found = made.similarities(pixels, nothing + 0.25, torch.tensor([0]))
            assert found.item() == pytest.approx((sums[row] / sums.norm()).item(), rel=1e-6)


class TestImages:
    def test_foreground_and_background_in_one_pass(self) -> None:
        """A map of 2 x 2 reaches 4 x 4 pixels with its values at the corners, in steps of 1/3."""
        seen: list[Tensor] = []

        def encode(pixels: Tensor) -> Tensor:
            seen.append(pixels)
            return channel_sums(pixels)

        maps = torch.tensor([[0.0, 3.0], [6.0, 9.0]]).expand(2, 1, 2, 2)
        pixels = images()
        ClipGuidance(encode, TABLE, TABLE, PROGRAM).similarities(pixels, maps, LABELS)
        mask = torch.arange(4.0) + 2 * torch.arange(4.0)[:, None]
        assert len(seen) == 1
        assert torch.allclose(seen[0][:2], mask * pixels)
        assert torch.allclose(seen[0][2:], (1 - mask) * pixels)

    def test_clips_own_normalisation(self) -> None:
        raw = torch.randint(0, 256, (4, 4, 3), dtype=torch.uint8)
        seen: list[Tensor] = []

        def encode(pixels: Tensor) -> Tensor:
            seen.append(pixels)
            return channel_sums(pixels)

        pixels = normalise(raw.numpy())[None]
        for formulation in (PROGRAM, Formulation(clip_normalisation="clip")):
            made = ClipGuidance(encode, TABLE, TABLE, formulation)
            made.similarities(pixels, torch.ones(1, 1, 2, 2), torch.tensor([0]))
        assert torch.allclose(seen[0][:1], pixels, atol=1e-6)
        channels = raw.permute(2, 0, 1).float() / 255
        expected = torch.stack([(channels[k] - CLIP_MEAN[k]) / CLIP_STD[k] for k in range(3)])
        assert torch.allclose(seen[1][0], expected, atol=1e-6)

    def test_the_loss_is_that_of_the_similarities(self) -> None:
        maps = torch.rand(2, 1, 2, 2, generator=torch.Generator().manual_seed(1))
        foreground, background = guidance().similarities(images(), maps, LABELS)
        assert guidance()(images(), maps, LABELS) == loss_clip(foreground, background)
        assert not torch.equal(foreground, background)

    def test_the_gradient_reaches_the_map_but_no_weight(self) -> None:
        encoder = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Tanh(), nn.Flatten(), nn.Linear(36, 3))
        encoder.requires_grad_(False)
        maps = torch.full((2, 1, 2, 2), 0.6).requires_grad_()
        made = ClipGuidance(encoder, torch.rand(3, 3), torch.rand(3, 3), PROGRAM)
        foreground, background = made.similarities(images(), maps, LABELS)
        (foreground - background).sum().backward()
        assert maps.grad is not None
        assert maps.grad.abs().amin() > 0
        assert all(parameter.grad is None for parameter in encoder.parameters())

    def test_float32_within_autocast(self) -> None:
        encoder = nn.Sequential(nn.Flatten(), nn.Linear(48, 3))
        made = ClipGuidance(encoder, TABLE, TABLE, PROGRAM)
        maps = torch.full((2, 1, 2, 2), 0.6)
        expected = made(images(), maps, LABELS)
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(made(images(), maps, LABELS), expected)


class TestNotFinite:
    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_a_map_surfaces(self, value: float) -> None:
        maps = torch.ones(2, 1, 2, 2)
        maps[1, 0, 1, 0] = value
        assert not guidance()(images(), maps, LABELS).isfinite()

    def test_features_without_a_direction_surface(self) -> None:
        """The foreground is black."""
        assert guidance()(images(), torch.zeros(2, 1, 2, 2), LABELS).isnan()
