"""SBA: a frozen CLIP compares what the map keeps of an image with what it leaves out."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from methods.cdtr.formulation import Formulation
from methods.cdtr.losses import exact, loss_clip
from methods.cdtr.prompts import make_prompts
from methods.data.transforms import IMAGENET_MEAN, IMAGENET_STD
from methods.weights.clip import ClipTowers
from methods.weights.clip_networks import CLIP_MEAN, CLIP_STD


class ClipGuidance:
    """The loss of a map by CLIP; has no parameters of its own.

    Args:
        encode_image: pixels (N, 3, S, S) to features (N, E), of any length. Its weights are
            constants, the gradient reaches the pixels.
        foreground: (C, E), features of the prompts that foreground images are compared with.
        background: (C, E), of those that background images are compared with.
        formulation: `prompt` and `clip_normalisation` choose the accounts. Where prompts go by
            the place in the batch, it holds at most C images.
    """

    def __init__(
        self,
        encode_image: Callable[[Tensor], Tensor],
        foreground: Tensor,
        background: Tensor,
        formulation: Formulation,
    ) -> None:
        self._encode_image = encode_image
        self._foreground = _directions(foreground)
        self._background = _directions(background)
        self._rows = _ROWS[formulation.prompt]
        self._pixels = _PIXELS[formulation.clip_normalisation]

    def __call__(self, images: Tensor, object_map: Tensor, labels: Tensor) -> Tensor:
        """The loss of a batch, a 0-d tensor; the arguments are those of `similarities`."""
        return loss_clip(*self.similarities(images, object_map, labels))

    def similarities(
        self, images: Tensor, object_map: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Cosines of foreground and background images with their prompts.

        Args:
            images: float32 (B, 3, S, S), as the network got them: less ImageNet's mean, over its
                deviation.
            object_map: (B, 1, h, w); enlarged to S x S between its corner values, it multiplies
                the image to the foreground, and one less it to the background.
            labels: int64 (B,), the class of every image.

        Returns:
            s_f (B,) and s_b (B,), NaN where CLIP's features are not finite or all zero.
        """
        rows = self._rows(labels)
        with torch.autocast(images.device.type, enabled=False):
            mask = interpolate(
                exact(object_map), size=images.shape[-2:], mode="bilinear", align_corners=True
            )
            pixels = self._pixels(exact(images))
            both = torch.cat((mask * pixels, (1 - mask) * pixels))
            seen = _directions(self._encode_image(both))
            foreground, background = seen.split(len(images))
            return (
                (foreground * self._foreground[rows]).sum(-1),
                (background * self._background[rows]).sum(-1),
            )


def build_guidance(
    towers: ClipTowers, classes: Sequence[str], formulation: Formulation
) -> ClipGuidance:
    """The guidance by a CLIP, whose texts are encoded once.

    Args:
        towers: on the device that the images will be on.
        classes: C names in the order of their numbers.
        formulation: what `make_prompts` and `ClipGuidance` read.

    Raises:
        InputError: a name is too long for CLIP's texts.
    """
    prompts = make_prompts(classes, formulation)
    foreground = background = towers.text_table(prompts.names, prompts.foreground)
    if prompts.background != prompts.foreground:
        background = towers.text_table(prompts.names, prompts.background)
    return ClipGuidance(towers.encode_image, foreground, background, formulation)


def _directions(features: Tensor) -> Tensor:
    """Rows of length 1; a row of zeros has no direction and becomes NaN."""
    values = exact(features)
    lengths: Tensor = torch.linalg.vector_norm(values, dim=-1, keepdim=True)
    return values / lengths


def _by_position(labels: Tensor) -> Tensor:
    """The published program's choice: the first image gets the first name, whatever it shows."""
    return torch.arange(len(labels), device=labels.device)


def _by_label(labels: Tensor) -> Tensor:
    return labels


def _as_given(images: Tensor) -> Tensor:
    """The published program's pixels: ImageNet's normalisation, which CLIP was not trained with."""
    return images


def _as_clip_expects(images: Tensor) -> Tensor:
    """The pixels less CLIP's mean, over CLIP's deviation."""
    mean, deviation, clip_mean, clip_deviation = (
        images.new_tensor(values)[:, None, None]
        for values in (IMAGENET_MEAN, IMAGENET_STD, CLIP_MEAN, CLIP_STD)
    )
    return (images * deviation + (mean - clip_mean)) / clip_deviation


_ROWS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "program": _by_position,
    "label": _by_label,
}
_PIXELS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "program": _as_given,
    "clip": _as_clip_expects,
}
