"""What MoRe costs, by arithmetic from a run's settings; nothing here needs torch.

A pass is counted in multiply-accumulate operations (MACs) of its matrix products and convolutions.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from methods.more.formulation import read_formulation
from methods.more.settings import NetworkSettings
from methods.passes import TOGETHER
from methods.protocols import Resize
from methods.settings import build
from methods.training.sharing import process_count
from methods.vit_cost import VitSizes

Run = Mapping[str, Any]

# As published: 12.1 GB for a batch of 4 images of 448 x 448, ViT-B, 24 tokens (AAAI 2025, Table 5).
_PUBLISHED_MEMORY = 12.1e9  # bytes
_PUBLISHED_BATCH = 4
_PUBLISHED_VIT = VitSizes(patch_size=16, width=768, depth=12, image_size=224, tokens=24)
_PUBLISHED_PATCHES = 28**2
_PUBLISHED_PARAMETERS = 94_746_648
_STATE = 16  # bytes a parameter: value, gradient and AdamW's two moments, float32
_FLOAT = 4  # bytes
_MAP_KINDS = 3  # CAM, auxiliary CAM and LAM
_PAIR = 2  # an image and its mirror image
_CAM_KINDS = 2
_CAM_COPIES = 5  # while those of a scale are enlarged, merged and added
_NEIGHBOUR_COPIES = 4  # while the graph weighs them

# What the memory of a training, and the time on a GPU, are estimated from.
MEMORY_BASIS = "published: 12.1 GB for a batch of 4 images of 448 x 448, fp32"
TIME_BASIS = (
    "scaled by the work from the authors' 372 minutes on VOC, whose log of COCO has 64 h on two"
    " GPUs; measured nowhere here"
)


def parameters(run: Run, classes: int) -> int:
    """Parameters of the network, those included that no pass uses."""
    network = _network(run)
    width, narrow = network.width, network.decoder_width
    vit = _vit(run, classes)
    head = vit.tokens * (width + 1)
    classifiers = 2 * width * classes
    graph = 5 * width * (width + 1) + 2 * width
    decoder = 9 * width * narrow + 9 * narrow**2 + narrow * (classes + 1)
    return vit.parameters() + head + classifiers + graph + decoder


def training_macs(run: Run, classes: int) -> float:
    """Of one image in one iteration: a pass, its gradients (twice a pass), and the CAMs.

    The CAMs are counted as the published program makes them. Here the plain CAM at scale 1 comes
    with the pass, which saves about a twelfth.
    """
    return 3 * _forward(run, classes, _patches(run, 1.0, _crop(run))) + _cams(run, classes)


def validation_macs(run: Run, classes: int) -> float:
    """Of one image: a pass, and the CAMs at the scales of the training."""
    return _forward(run, classes, _patches(run, 1.0, _side(run))) + _cams(run, classes)


def logits_macs(run: Run, classes: int, cells: Iterable[int]) -> float:
    """Of one image and its mirror image at every size, given in patches."""
    return sum(2 * _forward(run, classes, patches) for patches in cells)


def maps_macs(run: Run, classes: int, scales: Iterable[float]) -> float:
    """Of one image and its mirror image at every scale, and one pass that names the classes."""
    side = _side(run)
    maps = sum(2 * _without_decoder(run, classes, _patches(run, s, side)) for s in scales)
    return _forward(run, classes, _patches(run, 1.0, side)) + maps


def logit_cells(run: Run, scales: Iterable[float], resize: Resize, pixels: float) -> list[int]:
    """Patches at each scale of an image of so many pixels."""
    if resize != "original":  # `aspect` keeps the number of pixels
        return [_patches(run, scale, _side(run)) for scale in scales]
    patch = _network(run).patch_size
    return [int(scale**2 * pixels / patch**2) for scale in scales]


def map_values(run: Run, named: float, scales: Iterable[float]) -> float:
    """Values stored for one image in which so many classes are named."""
    cells = sum(_patches(run, scale, _side(run)) for scale in scales)
    return _MAP_KINDS * 2 * named * cells


def training_memory(run: Run, classes: int) -> float:
    """Bytes that a process of a training holds: the published figure, scaled by the activations."""
    published = _PUBLISHED_MEMORY - _STATE * _PUBLISHED_PARAMETERS
    images: float = run["training"]["batch_size"] / process_count(run) / _PUBLISHED_BATCH
    patches = _patches(run, 1.0, _crop(run))
    activations = _vit(run, classes).activations(patches) * images
    share = activations / _PUBLISHED_VIT.activations(_PUBLISHED_PATCHES)
    return _STATE * parameters(run, classes) + published * share


def prediction_memory(run: Run, classes: int, patches: int) -> float:
    """Bytes that a process on the CPU works with for an image and its mirror image of such a size.

    Beside them it holds its libraries; the network is shared by all processes of a prediction.
    """
    return _working_memory(run, classes, _PAIR, patches)


def map_patches(run: Run, scales: Iterable[float]) -> int:
    """Patches of the largest view that the localization maps are made of."""
    return max(_patches(run, scale, _side(run)) for scale in (1.0, *scales))


def validation_memory(run: Run, classes: int) -> float:
    """Bytes that a process on the CPU works with for a batch, beside what a prediction has, too.

    The sums of the CAMs lie there while the next scale passes the network, and while its CAMs are
    enlarged to the size of the image.
    """
    patches = map_patches(run, run["training"]["pseudo_labels"]["cam_scales"])
    passing = _working_memory(run, classes, _PAIR * TOGETHER, patches)
    cams = _FLOAT * TOGETHER * classes * _side(run) ** 2
    return max(passing, _CAM_COPIES * cams) + _CAM_KINDS * cams


def _working_memory(run: Run, classes: int, images: int, patches: int) -> float:
    """Bytes of a pass without gradients: the encoder, and the neighbours in the graph."""
    network, formulation = _network(run), read_formulation(run)
    neighbours = int(network.neighbour_ratio * classes)
    if formulation.gcr_neighbours == "paper":
        neighbours = patches // 2
    if formulation.gcr == "without":
        neighbours = 0
    graph = _FLOAT * images * _NEIGHBOUR_COPIES * classes * neighbours * network.width
    return _vit(run, classes).working_memory(images, patches) + graph


def _network(run: Run) -> NetworkSettings:
    return build(NetworkSettings, run["network"])


def _vit(run: Run, classes: int) -> VitSizes:
    network = _network(run)
    return VitSizes(
        patch_size=network.patch_size,
        width=network.width,
        depth=network.depth,
        image_size=network.pretrained_size,
        tokens=network.registers + classes,
    )


def _crop(run: Run) -> int:
    return int(run["training"]["augmentation"]["crop"])


def _side(run: Run) -> int:
    return int(run["inference"]["image_size"])


def _patches(run: Run, scale: float, side: int) -> int:
    """Patches of a square of the scaled side."""
    return int((int(scale * side) // _network(run).patch_size) ** 2)


def _cams(run: Run, classes: int) -> float:
    """CAMs of an image and its mirror image; scale 1 is always among the scales."""
    scales = {1.0, *run["training"]["pseudo_labels"]["cam_scales"]}
    sizes = [_patches(run, scale, _crop(run)) for scale in sorted(scales)]
    return sum(2 * _encoder(run, classes, patches) for patches in sizes)


def _encoder(run: Run, classes: int, patches: int) -> float:
    classifiers = 2 * _network(run).width * classes * patches
    return _vit(run, classes).macs(patches) + classifiers


def _without_decoder(run: Run, classes: int, patches: int) -> float:
    # heads, tails, and two layers behind the neighbours
    graph = (classes + classes + patches + 2 * classes) * _network(run).width ** 2
    return _encoder(run, classes, patches) + graph


def _forward(run: Run, classes: int, patches: int) -> float:
    network = _network(run)
    width, narrow = network.width, network.decoder_width
    decoder = patches * (9 * width * narrow + 9 * narrow**2 + narrow * (classes + 1))
    return _without_decoder(run, classes, patches) + decoder
