"""The encoder of a run must be the network that its weights were made with."""

from collections.abc import Iterator

from methods.configuration.problems import Block, Problem, multiple

# Sizes in the run's block `network`, and what the weights call them.
_SIZES = {
    "patch_size": "patch_size",
    "width": "width",
    "depth": "depth",
    "heads": "heads",
    "pretrained_size": "image_size",
}


def backbone_problems(run: Block, backbone: Block) -> Iterator[Problem]:
    """Sizes of a run's ViT that are not those of its weights, or impossible.

    Args:
        run: the run's block of the experiment, valid by the schema.
        backbone: the network that its weights were made with.
    """
    network = run["network"]
    for field, other in _SIZES.items():
        if network[field] != backbone[other]:
            yield Problem(
                f"network.{field}",
                f"{network[field]}",
                f"{backbone[other]}, as {other} of the weights {run['weights']!r}",
            )
    yield from multiple(network["width"], network["heads"], "network.width", "heads")
