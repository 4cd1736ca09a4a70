"""What CDTR costs, by arithmetic from a run's settings; nothing here needs torch.

A pass is counted in multiply-accumulate operations (MACs) of its matrix products and convolutions.
"""

from collections.abc import Mapping
from typing import Any

from methods.cdtr.epochs import plan_epochs
from methods.cdtr.settings import NetworkSettings, TrainingSettings
from methods.passes import TOGETHER
from methods.settings import build
from methods.vit_cost import VitSizes
from methods.weights.clip_cost import clip_cost

Run = Mapping[str, Any]

# What the memory of a training, and the time on a GPU, are estimated from.
MEMORY_BASIS = "counted: network, optimizer and what a backward pass reads; measured nowhere here"
TIME_BASIS = "scaled by the work from the training of another method, MoRe; measured nowhere here"

_LOSS_WEIGHTS = 5
_TAPS = 9  # of a 3x3 kernel
_FLOAT = 4  # bytes
_STATE = 16  # bytes a parameter: value, gradient and AdamW's two moments, float32
_STORED_CLASSES = 2  # whose maps a prediction keeps: the predicted and the true one
_GUIDED = 2  # images that CLIP sees of one: foreground and background


def parameters(run: Run, classes: int) -> int:
    """Trained values of the network, those of the losses included."""
    network = _network(run)
    width, maps = network.csm_width, network.depth * network.heads
    head = _TAPS * network.width * classes + classes
    csm = _double(maps, width) + _double(maps + width, classes) + classes**2
    ski = _TAPS * classes * 2 * _TAPS + 2 * _TAPS + _TAPS * classes**2
    ocm = network.ocm_blocks * (network.heads + 2) + _TAPS * network.ocm_blocks + 2
    return _vit(run).parameters() + head + csm + ski + ocm + _LOSS_WEIGHTS


def forward_macs(run: Run, classes: int) -> float:
    """Of one image, without SKI: what every pass is."""
    network = _network(run)
    cells, maps = _cells(run), network.depth * network.heads
    lower = _TAPS * network.csm_width * (maps + network.csm_width)
    upper = _TAPS * classes * (maps + network.csm_width + classes)
    ocm = network.ocm_blocks * (network.heads + _TAPS)
    behind = _TAPS * network.width * classes + lower / 4 + upper + classes**2 + ocm
    return _vit(run).macs(cells) + cells * behind


def training_macs(run: Run, classes: int, guide: Mapping[str, Any]) -> float:
    """Of one image in one iteration.

    A pass and SKI with their gradients, which are twice as much; and CLIP, forward and back to the
    image, on what the map keeps of it and on what it leaves out. The texts are encoded once a run
    and not counted.

    Args:
        run: of the experiment.
        classes: C.
        guide: the network of its guide's weights.
    """
    clip = _GUIDED * 2 * clip_cost(guide).macs
    return 3 * (forward_macs(run, classes) + _ski(run, classes)) + clip


def training_images(run: Run, split_images: int) -> int:
    """Images that a training shows, each repetition counted, of a split of so many."""
    settings = build(TrainingSettings, run["training"])
    return settings.epochs * plan_epochs(split_images, settings).shown


def prediction_macs(run: Run, classes: int) -> float:
    """Of one image, whose class maps are stored."""
    return forward_macs(run, classes)


def map_values(run: Run, classes: int) -> int:
    """Values stored for one image: logits, two class maps, the attention, two class numbers."""
    return classes + (_STORED_CLASSES + 1) * _cells(run) + _STORED_CLASSES


def training_memory(run: Run, classes: int, guide: Mapping[str, Any]) -> float:
    """Bytes that a process of a training holds at the end of a forward pass on a GPU.

    Emulated processes take turns, so that one batch is held at a time. The weights of the guide
    and short-lived arrays are not counted.
    """
    copies = _product_bytes(run) * _vit(run).parameters() if _is_low(run) else 0
    weights = _STATE * parameters(run, classes) + copies
    behind = _kept_behind(run, classes) + _GUIDED * clip_cost(guide).kept
    image = _kept_by_encoder(run) + _FLOAT * behind
    return weights + image * float(run["training"]["batch_size"])


def prediction_memory(run: Run, classes: int) -> float:
    """Bytes that a process on the CPU works with for a batch, without gradients.

    Beside it, it holds its libraries; the network is shared by all processes of a prediction. What
    a training keeps behind the encoder is more than a prediction holds of it at a time.
    """
    behind = _FLOAT * TOGETHER * _kept_behind(run, classes)
    return _vit(run).working_memory(TOGETHER, _cells(run)) + behind


def _kept_by_encoder(run: Run) -> float:
    """Bytes of one image that the backward pass of the encoder reads.

    In a block: the inputs of two norms, which stay float32; what the norms, the attention and the
    activation give to a matrix product, queries, keys, values and what they make, and what the
    activation gets. In low precision the keys are kept in float32 too, for the attention rows.
    """
    vit = _vit(run)
    exact = 3 if _is_low(run) else 2
    row = exact * _FLOAT * vit.width + _product_bytes(run) * (7 * vit.width + 2 * vit.hidden)
    return vit.depth * (vit.tokens + _cells(run)) * row


def _product_bytes(run: Run) -> int:
    """Of a factor of the encoder's matrix products."""
    return _FLOAT // 2 if _is_low(run) else _FLOAT


def _is_low(run: Run) -> bool:
    return bool(run["training"]["precision"]["network"] != "fp32")


def _kept_behind(run: Run, classes: int) -> float:
    """Values of one image that the backward pass reads behind the encoder."""
    network = _network(run)
    side = int(_cells(run) ** 0.5)
    maps, width = network.depth * network.heads, network.csm_width
    upper = 3 * maps + width + 7 * classes  # what softmax, pooling, convolutions and norms read
    lower = (maps + 6 * width) / 4
    ski = 2 * classes + 2 * _TAPS * side  # maps, offsets' maps, shares of rows and columns
    return _cells(run) * (network.width + upper + lower + ski)


def _double(inputs: int, outputs: int) -> int:
    """Values of CSM's double convolution with its norms."""
    return _TAPS * outputs * (inputs + outputs) + 4 * outputs


def _ski(run: Run, classes: int) -> float:
    """Offsets, shares of the pixels, means of the maps by them, and one product with the kernel."""
    cells = _cells(run)
    offsets = _TAPS * classes * 2 * _TAPS * cells
    return offsets + _TAPS * cells**2 + _TAPS * cells * classes + _TAPS * classes**2


def _network(run: Run) -> NetworkSettings:
    return build(NetworkSettings, run["network"])


def _vit(run: Run) -> VitSizes:
    network = _network(run)
    return VitSizes(
        patch_size=network.patch_size,
        width=network.width,
        depth=network.depth,
        image_size=network.pretrained_size,
        tokens=1,
        mlp_ratio=network.mlp_ratio,
    )


def _cells(run: Run) -> int:
    """Patches of an image."""
    network = _network(run)
    return (network.pretrained_size // network.patch_size) ** 2
