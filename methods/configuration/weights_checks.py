"""What pretrained weights must satisfy beyond the shape that the schema gives them."""

from collections.abc import Iterator

from methods.configuration.problems import Block, Problem, below, multiple
from methods.configuration.schema import nearest
from methods.weights.clip_sizes import NAMED

_REDUCTION = 32  # of the sides in CLIP's ResNets, whose width grows by as much


def is_clip(weights: Block) -> bool:
    """Whether weights are a pair of CLIP towers, no backbone."""
    return "patch_size" not in weights["network"]


def weights_problems(weights: Block, key: str) -> Iterator[Problem]:
    """Contradictions in an entry of the block `weights`, which stands at `key`."""
    network = weights["network"]
    if "contrastive" in weights:
        settings = weights["contrastive"]
        yield from below(
            settings["warmup_iterations"],
            settings["iterations"],
            f"{key}.contrastive.warmup_iterations",
            "iterations",
        )
    if is_clip(weights):
        if "model" in network:
            yield from _named(network["model"], f"{key}.network.model")
        else:
            yield from _towers(network, f"{key}.network")
        return
    yield from multiple(
        network["image_size"], network["patch_size"], f"{key}.network.image_size", "patch_size"
    )
    if "pretraining" in weights:
        settings = weights["pretraining"]
        yield from below(
            settings["warmup_iterations"],
            settings["iterations"],
            f"{key}.pretraining.warmup_iterations",
            "iterations",
        )


def _named(name: str, key: str) -> Iterator[Problem]:
    """Towers whose image size and cost nobody here knows."""
    if name not in NAMED:
        yield Problem(
            key,
            f"{name!r}, which is no network of OpenAI's CLIP",
            nearest(name, NAMED),
            "choose one of these networks",
        )


def _towers(network: Block, key: str) -> Iterator[Problem]:
    """Sizes of which open_clip would make other towers, or none."""
    vision, text, side = network["vision"], network["text"], network["image_size"]
    yield from multiple(text["width"], text["heads"], f"{key}.text.width", "heads")
    if isinstance(vision["layers"], list):
        yield from _resnet(vision, side, key)
    elif "patch_size" not in vision:
        yield Problem(f"{key}.vision", "no such key", "the key 'patch_size' of a ViT", "add it")
    else:
        yield from multiple(
            vision["width"], vision["head_width"], f"{key}.vision.width", "head_width"
        )
        yield from multiple(side, vision["patch_size"], f"{key}.image_size", "patch_size")


def _resnet(vision: Block, side: int, key: str) -> Iterator[Problem]:
    if "patch_size" in vision:
        yield Problem(
            f"{key}.vision.patch_size", "this key", "none of a ResNet", "delete it or choose a ViT"
        )
    if _REDUCTION * vision["width"] % vision["head_width"]:
        yield Problem(
            f"{key}.vision.head_width",
            f"{vision['head_width']}",
            f"a divisor of {_REDUCTION} * width = {_REDUCTION * vision['width']}",
        )
    if side < _REDUCTION:
        yield Problem(
            f"{key}.image_size", f"{side}", f"at least {_REDUCTION}, by which a ResNet reduces it"
        )
