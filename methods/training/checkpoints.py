"""Files of weights: chosen by a declared rule, and used only if they are still the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.data.files import check_fields, read_fields, sha256
from methods.errors import InputError


def select_checkpoint(done: Path, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Choose one of the checkpoints that a finished training wrote.

    Args:
        done: done.json of the training; its checkpoints lie in the folder beside it.
        settings: the block `checkpoint` of a run: rule "last" takes the one after the most
            iterations, rule "iteration" the one after `iteration` of them.

    Returns:
        The rule and the checkpoint's iteration, path and sha256.

    Raises:
        InputError: done.json is broken, or no checkpoint was written after that iteration.
    """
    entries = [
        check_fields(done, entry, {"iteration": int, "file": str, "sha256": str})
        for entry in read_fields(done, {"checkpoints": list})["checkpoints"]
    ]
    if not entries:
        remedy = "delete it and report.html and run again, which trains again"
        raise InputError(done, "no checkpoint", "at least one", remedy)
    written = {entry["iteration"]: entry for entry in entries}
    iteration = settings["iteration"] if settings["rule"] == "iteration" else max(written)
    if iteration not in written:
        raise InputError(
            done,
            f"checkpoints after iterations {', '.join(map(str, sorted(written)))}",
            f"one after {iteration}",
            "name one of these in `checkpoint.iteration`, or change `checkpoint_every`",
        )
    chosen = written[iteration]
    return {
        "rule": settings["rule"],
        "iteration": chosen["iteration"],
        "path": str(done.parent / "checkpoints" / chosen["file"]),
        "sha256": chosen["sha256"],
    }


def verified_checkpoint(choice: Path) -> Path:
    """Return the path of the chosen checkpoint, if the file there is the one that was chosen.

    It lies in train/checkpoints beside checkpoint.json, wherever the results have been moved to.

    Raises:
        InputError: the file is missing, or its digest is another.
    """
    chosen = read_fields(choice, {"path": str, "sha256": str})
    train = choice.parent / "train"
    done = train / "done.json"
    remedy = f"delete {choice}, {done} and report.html and run again, which trains again"
    return _verified(train / "checkpoints" / Path(chosen["path"]).name, chosen["sha256"], remedy)


def verified_weights(card: Path, weights: Path) -> Path:
    """Return the path of pretrained weights, if the file there is the one that the card describes.

    Raises:
        InputError: the file is missing, or its digest is another.
    """
    remedy = f"put the original file there, or delete {card} if this one is meant"
    return _verified(weights, read_fields(card, {"sha256": str})["sha256"], remedy)


def _verified(path: Path, expected: str, remedy: str) -> Path:
    found = sha256(path)
    if found != expected:
        raise InputError(path, f"sha256 {found}", expected, f"the file was changed since: {remedy}")
    return path
