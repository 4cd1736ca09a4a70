"""The loss terms, except the energy; B images, C classes, patch grid h x w."""

import torch
from torch import Tensor
from torch.nn import functional as F

from methods.more.settings import UreSettings
from tests.reference.labels import UNCERTAIN


def classification(logits: Tensor, labels: Tensor) -> Tensor:
    """Multi-label soft margin of logits (B, C)."""
    terms = labels * F.logsigmoid(logits) + (1 - labels) * F.logsigmoid(-logits)
    return -terms.mean(dim=1).mean()


def attribution(tokens: Tensor) -> Tensor:
    """Class tokens (B, C, D) of an image are told apart."""
    terms = []
    for image in tokens:
        directions = torch.stack([unit(token, 1e-12) for token in image])
        for index, direction in enumerate(directions):
            logits = directions @ direction / 0.07
            terms.append(logits.logsumexp(dim=0) - logits[index])
    return torch.stack(terms).mean()


def cre(
    tokens: Tensor, patches: Tensor, mask: Tensor, labels: Tensor, temperature: float
) -> Tensor:
    """Class tokens (B, C, D) are pulled to the patches (B, D, h, w) that their class is sure of."""
    batch = []
    for image in range(len(tokens)):
        total = torch.zeros(()).to(tokens)
        flat = patches[image].detach().flatten(1)  # (D, N), not normalised
        for index in labels[image].nonzero().flatten().tolist():
            z = torch.exp(unit(tokens[image, index], 1e-8) @ flat / temperature)
            everything = z.sum()
            members = (mask[image].flatten() == index + 1).nonzero().flatten().tolist()
            term = torch.zeros(()).to(tokens)
            for member in members:
                term = term - torch.log(z[member] / (everything + 1e-4))
            total = total + term / (len(members) + 1e-4)
        batch.append(total)
    return torch.stack(batch).mean()


def ure(
    tokens: Tensor, patches: Tensor, mask: Tensor, labels: Tensor, settings: UreSettings
) -> Tensor:
    """Patches in uncertain regions are pulled to the class tokens of their image.

    As the released program has it, not as equation 9: cosines are absolute, both parts halved and
    their counts raised by 1.
    """
    terms = []
    for image in range(len(tokens)):
        directions = [unit(token, 1e-8) for token in tokens[image].detach()]
        for row, column in uncertain_patches(mask[image], settings):
            patch = unit(patches[image, :, row, column], 1e-8)
            present, absent = torch.zeros(()).to(patches), torch.zeros(()).to(patches)
            for direction, label in zip(directions, labels[image].tolist(), strict=True):
                cosine = (patch @ direction).abs()
                present = present + label * cosine
                absent = absent + (1 - label) * cosine
            count = int(labels[image].sum())
            pull = 1 - present / (count + 1)
            push = absent / (len(directions) - count + 1)
            terms.append(0.5 * pull + 0.5 * push)
    return torch.stack(terms).mean()


def uncertain_patches(mask: Tensor, settings: UreSettings) -> list[tuple[int, int]]:
    """Positions that URE takes from a label grid (h, w), drawn with torch's CPU generator.

    A window counts from its corner: the position taken lies `margin` rows and columns before the
    uncertain patch, as in the released program.
    """
    window, margin = settings.window, settings.window // 2
    height, width = mask.shape
    codes = [[_code(label) for label in row] for row in mask.tolist()]
    inner = [(i, j) for i in range(height - 2 * margin) for j in range(width - 2 * margin)]
    kept, foreground = [], []
    for i, j in inner:
        code = codes[i + margin][j + margin]
        if code == 1:
            total = sum(sum(row[j : j + window]) for row in codes[i : i + window])
            if total / window**2 >= settings.threshold:
                kept.append((i, j))
        if code == 2:
            foreground.append((i, j))
    if len(kept) > settings.tokens:
        order = torch.randperm(len(kept)).tolist()
        return [kept[index] for index in order[: settings.tokens]]
    missing = (settings.tokens - len(kept)) // 4
    pool = inner if len(foreground) < missing else foreground
    order = torch.randperm(len(pool)).tolist()  # drawn even if nothing is missing
    return kept + [pool[index] for index in order[:missing]]


def _code(label: int) -> int:
    if label == UNCERTAIN:
        return 1
    return 2 if label > 0 else 0


def ptc(patches: Tensor, affinity: Tensor) -> Tensor:
    """Patches (B, D, h, w) of one label alike, of two labels not; affinity (B, N, N)."""
    alike, unlike = torch.zeros(()).to(patches), torch.zeros(()).to(patches)
    for features, pairs in zip(patches, affinity, strict=True):
        directions = torch.stack([unit(patch, 1e-8) for patch in features.flatten(1).T])
        for direction, others in zip(directions, pairs, strict=True):
            cosines = (directions @ direction).abs()
            alike = alike + cosines[others == 1].sum()
            unlike = unlike + cosines[others == 0].sum()
    positive, negative = int((affinity == 1).sum()), int((affinity == 0).sum())
    return 0.5 * (1 - alike / (positive + 1)) + 0.5 * unlike / (negative + 1)


def segmentation(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of logits (B, C + 1, H, W), background and foreground with equal weight."""
    loss = torch.zeros(()).to(logits)
    everything = logits.log_softmax(dim=1)
    background = target == 0
    foreground = ~background & (target != UNCERTAIN)
    for side in (background, foreground):
        image, row, column = side.nonzero(as_tuple=True)
        chosen = everything[image, target[side], row, column]
        loss = loss - 0.5 * chosen.sum() / (len(chosen) + 1e-6)
    return loss


def unit(vector: Tensor, eps: float) -> Tensor:
    """A vector (D,) divided by its length, or by eps if that is larger."""
    return vector / vector.norm().clamp(min=eps)
