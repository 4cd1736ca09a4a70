"""From the file that names a checkpoint to the checkpoint itself."""

from pathlib import Path

from methods.data.files import read_json, sha256
from methods.errors import InputError


def verified_checkpoint(choice: Path) -> Path:
    """Return the path that checkpoint.json names, if the file there is the one that was chosen.

    Raises:
        InputError: the file's digest is another.
    """
    chosen = read_json(choice)
    path, digest = Path(chosen["path"]), sha256(chosen["path"])
    if digest != chosen["sha256"]:
        raise InputError(
            path, f"sha256 {digest}", chosen["sha256"], "train again; the file was changed since"
        )
    return path
