"""Uncertain-region enhancement (URE): uncertain patches move towards the image's classes."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from methods.data.labels import IGNORE
from methods.errors import InputError
from methods.more.cosine import unit
from methods.more.formulation import Formulation
from methods.more.settings import UreSettings

_UNCERTAIN, _FOREGROUND = 1, 2  # codes of the window test; background is 0


def ure_loss(
    tokens: Tensor,
    feature_map: Tensor,
    mask: Tensor,
    labels: Tensor,
    settings: UreSettings,
    formulation: Formulation,
) -> Tensor:
    """Similarity of selected patches to the present class tokens, difference from the others.

    Args:
        tokens: (B, C, D), class tokens, taken as constants.
        feature_map: (B, D, h, w).
        mask: (B, h, w): 0 background, 1..C classes, 255 uncertain.
        labels: (B, C) multi-hot.
        settings: how patches are selected.
        formulation: `ure` chooses the account.

    Returns:
        0-d tensor: mean over the selected patches of the batch.

    Raises:
        InputError: the patch grid is no larger than the window's margins.
    """
    items, places = select_patches(mask, settings)
    items, places = items.to(tokens.device), places.to(tokens.device)
    chosen = unit(feature_map.flatten(2), dim=1)[items, :, places]
    classes = unit(tokens.detach(), dim=-1)[items]
    cosine = torch.einsum("sd,scd->sc", chosen, classes)
    return _COSTS[formulation.ure](cosine, labels.float()[items]).mean()


def _halved_costs(cosine: Tensor, present: Tensor) -> Tensor:
    """The program's costs (S,): absolute cosines, each side's count raised by one, then halved."""
    absent = 1 - present
    size = cosine.abs()
    attraction = 1 - (present * size).sum(dim=1) / (present.sum(dim=1) + 1)
    repulsion = (absent * size).sum(dim=1) / (absent.sum(dim=1) + 1)
    return 0.5 * attraction + 0.5 * repulsion


def _costs_of_equation_9(cosine: Tensor, present: Tensor) -> Tensor:
    """The paper's costs (S,), as read here: two means, over present and over absent classes.

    A patch u costs the mean of 1 - cos(u, t) over the tokens t of the image's classes plus the
    mean of cos(u, t) over the other tokens. A side without classes adds 0.
    """
    absent = 1 - present
    attraction = (present * (1 - cosine)).sum(dim=1) / present.sum(dim=1).clamp(min=1)
    repulsion = (absent * cosine).sum(dim=1) / absent.sum(dim=1).clamp(min=1)
    return attraction + repulsion


_COSTS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "program": _halved_costs,
    "paper": _costs_of_equation_9,
}


def select_patches(mask: Tensor, settings: UreSettings) -> tuple[Tensor, Tensor]:
    """Choose uncertain patches in the neighbourhood of foreground, at random where many.

    Draws one permutation an image from torch's global CPU generator. As in the published
    program, positions count from the cropped corner, so the patch taken lies `window // 2`
    rows and columns up and left of the uncertain one.

    Args:
        mask: (B, h, w): 0 background, 1..C classes, 255 uncertain.
        settings: window, threshold on its mean code, patches an image.

    Returns:
        Two int64 CPU tensors (S,): the image and the place (row * w + column) of each patch.

    Raises:
        InputError: the patch grid is no larger than the window's margins.
    """
    mask = mask.cpu()  # the generator is the CPU's, whatever the device
    height, width = mask.shape[1:]
    window = settings.window
    margin = window // 2
    if min(height, width) <= 2 * margin:
        raise InputError(
            "losses.ure_selection.window",
            f"{window} on a grid of {height}x{width} patches",
            f"at most {min(height, width) - 1}",
            "choose a smaller window or a larger crop",
        )
    codes = region_codes(mask)
    inner = codes[:, margin : height - margin, margin : width - margin]
    sums = avg_pool2d(codes[:, None].float(), window, stride=1, divisor_override=1).squeeze(1)
    # The codes are whole numbers: rounding up keeps 43.2 and 10.8 free of float error.
    lowest = math.ceil(settings.threshold * window**2 - 1e-9)
    near = sums[:, : inner.shape[1], : inner.shape[2]] >= lowest
    items, places = [], []
    for index in range(len(mask)):
        rows, columns = _draw(inner[index], near[index], settings.tokens)
        items.append(torch.full_like(rows, index))
        places.append(rows * width + columns)
    return torch.cat(items), torch.cat(places)


def region_codes(mask: Tensor) -> Tensor:
    """Of each label of an int64 mask: 0 background, 1 uncertain, 2 foreground."""
    return torch.where(mask == IGNORE, _UNCERTAIN, (mask != 0).long() * _FOREGROUND)


def _draw(codes: Tensor, near: Tensor, tokens: int) -> tuple[Tensor, Tensor]:
    """Rows and columns of one image's patches, in the cropped grid."""
    candidates = ((codes == _UNCERTAIN) & near).nonzero()
    count = len(candidates)
    if count > tokens:
        chosen = candidates[torch.randperm(count)[:tokens]]
    else:
        added = (tokens - count) // 4
        others = (codes == _FOREGROUND).nonzero()
        if len(others) < added:
            others = torch.ones_like(near).nonzero()
        # Drawn even where nothing is added, as the generator's later draws depend on it.
        chosen = torch.cat([candidates, others[torch.randperm(len(others))[:added]]])
    rows, columns = chosen.unbind(dim=1)
    return rows, columns
