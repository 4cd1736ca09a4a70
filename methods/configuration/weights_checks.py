"""What pretrained weights must satisfy beyond the shape that the schema gives them."""

from collections.abc import Iterator

from methods.configuration.problems import Block, Problem, below, multiple


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
