"""Files of weights: chosen by a declared rule, and used only if they are still the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.files import check_fields, read_fields, sha256
from methods.errors import InputError

_VALIDATION = {"split": str, "iteration": int, "coverage": dict, "miou": dict}


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


def select_checkpoint(
    settings: Mapping[str, Any], done: Path | None, validations: Sequence[Path] = ()
) -> dict[str, Any]:
    """Choose a checkpoint.

    Args:
        settings: the block `checkpoint` of a run. Rule "last" takes the checkpoint after the most
            iterations, "iteration" the one after `iteration` of them, "best" the one with the
            highest mIoU of the decoder on `split` (the earlier of equal ones), "file" a given one.
        done: done.json of the training; None with the rule "file".
        validations: with the rule "best", the scores of every checkpoint.

    Returns:
        The rule and the checkpoint's iteration (None for a file), path and sha256. With the rule
        "best" also the split, the mIoU in percent, and that of every candidate by its iteration.

    Raises:
        InputError: done.json is broken, no checkpoint was written after that iteration, a
            validation covers a part of its split, or the given file is another.
    """
    rule = settings["rule"]
    if rule == "file":
        path = Path(settings["path"])
        _verified(path, settings["sha256"], "give the digest of the file that is meant")
        return {"rule": rule, "iteration": None, "path": str(path), "sha256": settings["sha256"]}
    assert done is not None  # all other rules choose from a training
    written = _written(done)
    reasons: dict[str, Any] = {}
    if rule == "iteration":
        iteration = settings["iteration"]
    elif rule == "best":
        scored = _scored(validations)
        iteration = max(scored, key=lambda candidate: (scored[candidate], -candidate))
        reasons = {
            "split": settings["split"],
            "miou": scored[iteration],
            "candidates": {str(candidate): scored[candidate] for candidate in sorted(scored)},
        }
    else:
        iteration = max(written)
    chosen = _entry(done, written, iteration)
    path = done.parent / "checkpoints" / chosen["file"]
    return {
        "rule": rule,
        "iteration": iteration,
        "path": str(path),
        "sha256": chosen["sha256"],
        **reasons,
    }


def written_checkpoint(done: Path, iteration: int) -> Path:
    """Return the path of a checkpoint that a training wrote, if it is still the same.

    Raises:
        InputError: none was written after that iteration, it is missing, or its digest is another.
    """
    entry = _entry(done, _written(done), iteration)
    remedy = f"delete {done} and report.html and run again, which trains again"
    return _verified(done.parent / "checkpoints" / entry["file"], entry["sha256"], remedy)


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
        return _verified(Path(chosen["path"]), chosen["sha256"], remedy)
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


def _written(done: Path) -> dict[int, dict[str, Any]]:
    """The checkpoints of a finished training, by the iterations behind them."""
    entries = [
        check_fields(done, entry, {"iteration": int, "file": str, "sha256": str})
        for entry in read_fields(done, {"checkpoints": list})["checkpoints"]
    ]
    if not entries:
        remedy = "delete it and report.html and run again, which trains again"
        raise InputError(done, "no checkpoint", "at least one", remedy)
    return {entry["iteration"]: entry for entry in entries}


def _entry(done: Path, written: Mapping[int, dict[str, Any]], iteration: int) -> dict[str, Any]:
    if iteration not in written:
        raise InputError(
            done,
            f"checkpoints after iterations {', '.join(map(str, sorted(written)))}",
            f"one after {iteration}",
            "name one of these in `checkpoint.iteration`, or change `checkpoint_every`",
        )
    return written[iteration]


def _scored(validations: Sequence[Path]) -> dict[int, float]:
    """mIoU of the decoder of each candidate, percent."""
    scored: dict[int, float] = {}
    for path in validations:
        document = read_fields(path, _VALIDATION)
        coverage = check_fields(path, document["coverage"], {"evaluated": int, "expected": int})
        miou = check_fields(path, document["miou"], {"decoder": float | int})["decoder"]
        if coverage["evaluated"] != coverage["expected"]:
            raise InputError(
                path,
                f"{coverage['evaluated']} of {coverage['expected']} images",
                "all of them, since a score over a part of a split chooses nothing",
                "delete it and report.html and run again, which validates again",
            )
        scored[document["iteration"]] = miou
    return scored


def _verified(path: Path, expected: str, remedy: str) -> Path:
    found = sha256(path)
    if found != expected:
        raise InputError(path, f"sha256 {found}", expected, f"the file was changed since: {remedy}")
    return path
