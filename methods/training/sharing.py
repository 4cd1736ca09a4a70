"""How a training is shared out among processes, one GPU each; nothing here needs torch."""

from collections.abc import Iterator, Mapping
from typing import Any

from methods.configuration.problems import Problem


def process_count(run: Mapping[str, Any]) -> int:
    """How many processes train a run: its `gpus`, on a CPU too."""
    return int(run.get("gpus", 1))


def sharing_problems(run: Mapping[str, Any], key: str) -> Iterator[Problem]:
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
