"""Which checkpoint of a run is evaluated, by its declared rule."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.files import check_fields
from methods.evaluation.validation import read_validation, require_whole
from methods.training.checkpoints import checkpoint_after, verified, written_checkpoints


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
        verified(path, settings["sha256"], "give the digest of the file that is meant")
        return {"rule": rule, "iteration": None, "path": str(path), "sha256": settings["sha256"]}
    assert done is not None  # all other rules choose from a training
    written = written_checkpoints(done)
    reasons: dict[str, Any] = {}
    if rule == "iteration":
        iteration = settings["iteration"]
    elif rule == "best":
        scored = _scored(validations, settings["split"])
        iteration = max(scored, key=lambda candidate: (scored[candidate], -candidate))
        reasons = {
            "split": settings["split"],
            "miou": scored[iteration],
            "candidates": {str(candidate): scored[candidate] for candidate in sorted(scored)},
        }
    else:
        iteration = max(written)
    chosen = checkpoint_after(done, written, iteration)
    path = done.parent / "checkpoints" / chosen["file"]
    return {
        "rule": rule,
        "iteration": iteration,
        "path": str(path),
        "sha256": chosen["sha256"],
        **reasons,
    }


def _scored(validations: Sequence[Path], split: str) -> dict[int, float]:
    """mIoU of the decoder of each candidate, percent."""
    scored: dict[int, float] = {}
    for path in validations:
        document = read_validation(path, split)
        require_whole(path, document)
        miou = check_fields(path, document["miou"], {"decoder": float | int})["decoder"]
        scored[document["iteration"]] = miou
    return scored
