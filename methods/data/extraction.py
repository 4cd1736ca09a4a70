"""What the extraction of a data set made."""

import hashlib
from pathlib import Path

from methods.data.files import sha256
from methods.data.voc import AUGMENTED_MASKS, split_file, voc_folder


def tree_digest(tree: Path) -> str:
    """Digest an extracted data set: SHA-256 over one line a file, sorted by name.

    A line holds name and size, and the SHA-256 of what was derived here: the masks and the list
    train_aug. What came out of the archives is known by their digests.
    """
    voc = voc_folder(tree)
    masks, train_aug = voc / AUGMENTED_MASKS, voc / split_file("train_aug")
    lines = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        derived = path.parent == masks or path == train_aug
        content = sha256(path) if derived else "-"
        line = f"{content} {path.stat().st_size} {path.relative_to(tree).as_posix()}\n"
        lines.update(line.encode())
    return lines.hexdigest()
