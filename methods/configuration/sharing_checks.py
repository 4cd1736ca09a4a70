"""Processes that train together must have equal shares."""

from collections.abc import Iterator

from methods.configuration.problems import Block, Problem
from methods.training.sharing import process_count


def sharing_problems(run: Block, key: str) -> Iterator[Problem]:
    """Check that every process gets as much as the others.

    Args:
        run: the run's block.
        key: of the setting of `training` that is shared out, such as batch_size.
    """
    count, whole = process_count(run), run["training"][key]
    if whole % count:
        yield Problem(
            "gpus",
            f"{count}, among which training.{key} = {whole} cannot be shared out evenly",
            f"a divisor of {whole}",
            f"choose another number of GPUs, or another {key}",
        )
