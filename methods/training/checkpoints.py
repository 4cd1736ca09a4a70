"""Files of weights, used only if they are still the ones that were meant."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from methods.data.files import check_fields, read_fields, sha256
from methods.errors import InputError


class GivenWeights(NamedTuple):
    """Pretrained weights that a training uses as they are, and what network they are of."""

    path: Path
    network: Mapping[str, Any]


def is_trained(run: Mapping[str, Any]) -> bool:
    """Return whether a run's block asks for a training; a given checkpoint file needs none."""
    return bool(run["checkpoint"]["rule"] != "file")


def curve_split(run: Mapping[str, Any]) -> str:
    """Return the split on which every checkpoint of a training is validated, to be shown."""
    evaluation = run["evaluation"]
    return str(evaluation.get("curve_split", evaluation["split"]))


def written_iterations(training: Mapping[str, Any]) -> list[int]:
    """After how many iterations a training writes a checkpoint, in order; the last is its end."""
    every, iterations = training["checkpoint_every"], training["iterations"]
    return sorted({*range(every, iterations + 1, every), iterations})


def written_checkpoint(done: Path, iteration: int) -> Path:
    """Return the path of a checkpoint that a training wrote, if it is still the same.

    Raises:
        InputError: none was written after that iteration, it is missing, or its digest is another.
    """
    entry = checkpoint_after(done, written_checkpoints(done), iteration)
    remedy = f"delete {done} and report.html and run again, which trains again"
    return verified(done.parent / "checkpoints" / entry["file"], entry["sha256"], remedy)


def verified_checkpoint(choice: Path) -> Path:
    """Return the path of the chosen checkpoint, if the file there is the one that was chosen.

    One that was trained here lies in train/checkpoints beside checkpoint.json, wherever the results
    have been moved to; a given file lies where the run says.

    Raises:
        InputError: the file is missing, or its digest is another.
    """
    chosen = read_fields(choice, {"rule": str, "path": str, "sha256": str})
    if chosen["rule"] == "file":
        remedy = "put the original file there, or change the digest in the experiment"
        return verified(Path(chosen["path"]), chosen["sha256"], remedy)
    train = choice.parent / "train"
    done = train / "done.json"
    _check_iteration(choice, chosen, done)
    remedy = f"delete {choice}, {done} and report.html and run again, which trains again"
    return verified(train / "checkpoints" / Path(chosen["path"]).name, chosen["sha256"], remedy)


def _check_iteration(choice: Path, chosen: Mapping[str, Any], done: Path) -> None:
    """The iteration stands beside every score; it must be the one that wrote the file."""
    stated = check_fields(choice, chosen, {"iteration": int})["iteration"]
    entry = checkpoint_after(done, written_checkpoints(done), stated)
    name = Path(chosen["path"]).name
    if entry["file"] != name:
        found = f"iteration {stated}, whose checkpoint is {entry['file']}"
        remedy = "delete it and report.html and run again, which chooses again"
        raise InputError(choice, found, f"the iteration of {name}", remedy)


def verified_weights(card: Path, weights: Path) -> Path:
    """Return the path of pretrained weights, if the file there is the one that the card describes.

    Raises:
        InputError: the file is missing, or its digest is another.
    """
    remedy = f"put the original file there, or delete {card} if this one is meant"
    return verified(weights, read_fields(card, {"sha256": str})["sha256"], remedy)


def verified_guide(card: Path, weights: Path) -> GivenWeights:
    """Return the weights of the network that guides a training, and the card's word for it.

    Raises:
        InputError: the file is missing, or its digest is another than the card's.
    """
    network = read_fields(card, {"network": dict})["network"]
    return GivenWeights(verified_weights(card, weights), network)


def written_checkpoints(done: Path) -> dict[int, dict[str, Any]]:
    """The checkpoints of a finished training, by the iterations behind them.

    Raises:
        InputError: done.json is broken or names none.
    """
    entries = [
        check_fields(done, entry, {"iteration": int, "file": str, "sha256": str})
        for entry in read_fields(done, {"checkpoints": list})["checkpoints"]
    ]
    if not entries:
        remedy = "delete it and report.html and run again, which trains again"
        raise InputError(done, "no checkpoint", "at least one", remedy)
    return {entry["iteration"]: entry for entry in entries}


def checkpoint_after(
    done: Path, written: Mapping[int, dict[str, Any]], iteration: int
) -> dict[str, Any]:
    """The entry of the checkpoint after so many iterations.

    Raises:
        InputError: none was written then.
    """
    if iteration not in written:
        raise InputError(
            done,
            f"checkpoints after iterations {', '.join(map(str, sorted(written)))}",
            f"one after {iteration}",
            "name one of these in `checkpoint.iteration`, or change `checkpoint_every`",
        )
    return written[iteration]


def verified(path: Path, expected: str, remedy: str) -> Path:
    """Return a path whose file has the expected SHA-256.

    Raises:
        InputError: it has not; `remedy` says what to do.
    """
    found = sha256(path)
    if found != expected:
        raise InputError(path, f"sha256 {found}", expected, f"the file was changed since: {remedy}")
    return path
