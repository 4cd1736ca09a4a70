"""Archives: are they the declared ones, and what do they hold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from methods.data.archive_kinds import is_zip, kind_of, other_content
from methods.data.bars import verifying
from methods.data.bounds import MAX_MEMBERS, Budget, Extracted
from methods.data.disk import found_instead, require_room
from methods.data.files import atomic_folder, digests
from methods.data.first_use import remembered
from methods.data.remedies import Origin, replace_it
from methods.data.tar_archives import extract_nested_tar, extract_tar
from methods.data.zip_archives import extract_zip
from methods.errors import InputError

_LEAST_CONTENT = 0.9  # of the bytes of archives; the rest may be headers


def verify_archives(
    folder: str | PathLike[str],
    declared: Sequence[Mapping[str, Any]],
    digested: Mapping[str, Mapping[str, str]] | None = None,
    *,
    source: Origin,
) -> list[dict[str, Any]]:
    """Compare archives with what is declared about them.

    Args:
        folder: holds the archives.
        declared: a name for each archive and, where known, its "bytes", "md5" and "sha256".
        digested: digests by algorithm of archives that were read just now, by name, as
            `fetch_missing` returns them; these are not read again.
        source: where they came from, for the sentence.

    Where no digest is declared, the first one found of an archive of the right kind is written down
    beside it and holds from then on.

    Returns:
        For each archive its "name", its "bytes" and "sha256" as found, all that is "declared", and
        whether the digest was only "remembered".

    Raises:
        InputError: an archive is missing, its size or a digest is another, or it is no archive.
    """
    known = digested or {}
    return [
        _verify(Path(folder) / str(entry["name"]), entry, known.get(entry["name"]), source)
        for entry in declared
    ]


def extract_archives(
    archives: Sequence[str | PathLike[str]],
    destination: str | PathLike[str],
    max_bytes: int,
    *,
    max_members: int = MAX_MEMBERS,
    folders: Mapping[str, str] | None = None,
    nested: Collection[str] = (),
) -> Extracted:
    """Extract archives into one new folder that appears when it is whole.

    A name that ends in .zip is a zip archive, every other a tar archive, compressed or not.

    Args:
        archives: their paths.
        destination: the folder.
        max_bytes: bound of what all of them hold.
        max_members: bound of the number of files and folders in all of them.
        folders: folder below the destination that an archive of a name is extracted to; one that
            is not named here is extracted to the destination itself.
        nested: names of tar archives of tar archives, each of which becomes a folder of its name.

    Raises:
        InputError: an archive is missing, truncated or corrupt, holds anything but plain files
            and folders below the destination or names that collide or are too long, all of
            them hold more than the bounds, one holds far more than its compressed bytes can, or
            the disk is full.
    """
    paths = [Path(archive) for archive in archives]
    budget = Budget(max_bytes, max_members)
    # What they hold is known in the end alone, but photographs have hardly been made smaller.
    packed = sum(path.stat().st_size for path in paths if path.is_file())
    require_room(Path(destination), int(_LEAST_CONTENT * packed))
    with atomic_folder(destination, needed=packed) as folder:
        for path in paths:
            target = folder / (folders or {}).get(path.name, "")
            target.mkdir(parents=True, exist_ok=True)
            _extractor(path, nested)(path, target, budget)
    return Extracted(budget.files, budget.bytes)


def _extractor(path: Path, nested: Collection[str]) -> Callable[[Path, Path, Budget], None]:
    if path.name in nested:
        return extract_nested_tar
    return extract_zip if is_zip(path.name) else extract_tar


def _verify(
    path: Path,
    declared: Mapping[str, Any],
    digested: Mapping[str, str] | None,
    source: Origin,
) -> dict[str, Any]:
    if other := found_instead(path):
        raise InputError(
            path,
            other,
            "an archive of the data set",
            "put it there, or set `storage.data` in config.yaml to the folder that holds it",
        )
    expected = {key: declared[key] for key in ("bytes", "md5", "sha256") if key in declared}
    size = path.stat().st_size
    # The size goes first: it tells a truncated download without reading gigabytes.
    if size != expected.get("bytes", size):
        kind = "a truncated archive of " if size < expected["bytes"] else ""
        raise InputError(
            path, f"{kind}{size} bytes", f"{expected['bytes']} bytes", replace_it(source)
        )
    known = {"md5", "sha256"} & set(expected)
    if not known and (content := other_content(path, path.name)):
        raise InputError(path, content, kind_of(path.name), replace_it(source))
    found = digested or digests(path, {"sha256", *expected} - {"bytes"}, verifying)
    for algorithm, value in found.items():
        if value != str(expected.get(algorithm, value)).lower():
            raise InputError(
                path,
                f"{algorithm} {value} over {size} bytes",
                f"{algorithm} {expected[algorithm]}",
                replace_it(source),
            )
    return {
        "name": path.name,
        "bytes": size,
        "sha256": found["sha256"] if known else remembered(path, found["sha256"]),
        "declared": expected,
        "remembered": not known,
    }
