"""Files whose publisher states no whole digest: the first one that is found holds from then on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.files import atomic_path, unreadable
from methods.data.findings import Check
from methods.errors import InputError

_SHA256_DIGITS = 64


def remembered(path: Path, sha256: str) -> str:
    """Write a digest down beside its file, or compare it with the one that is written there.

    The note is a line as `sha256sum` writes it, in a file with .sha256 behind the file's name.

    Returns:
        The digest.

    Raises:
        InputError: the note holds another digest, or cannot be read.
    """
    note = path.with_name(f"{path.name}.sha256")
    if not note.exists():
        with atomic_path(note) as temporary:
            temporary.write_text(f"{sha256}  {path.name}\n", encoding="utf-8")
        return sha256
    try:
        known = note.read_text(encoding="utf-8", errors="replace").partition(" ")[0]
    except OSError as error:
        raise unreadable(note, error) from error
    if known != sha256:
        raise InputError(
            path,
            f"sha256 {sha256}",
            f"{known}, as when it was first seen ({note.name})",
            f"put the former file back, or delete {note.name} if the publisher has replaced it",
        )
    return sha256


def in_part(digits: str) -> bool:
    """Return whether these are not all digits of a SHA-256."""
    return len(digits) < _SHA256_DIGITS


def checked_by(digits: str) -> str:
    """Say what is compared where these digits of a SHA-256 are known, all or the first ones."""
    return f"sha256, first {len(digits)} digits" if in_part(digits) else "sha256"


def digest_check(archives: Sequence[Mapping[str, Any]]) -> Check:
    """Say which archives were compared with a published digest.

    Args:
        archives: what `verify_archives` found.
    """
    trusted = tuple(archive["name"] for archive in archives if archive["remembered"])
    found = "all" if not trusted else "the one of their first use, from then on"
    return Check(
        name="archives have the digest that is published",
        severity="warning" if trusted else "ok",
        checked=len(archives),
        failed=len(trusted),
        expected="all",
        found=found,
        examples=trusted,
    )
