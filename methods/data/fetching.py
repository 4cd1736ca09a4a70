"""Files that a run needs and the pipeline does not make: fetched, or asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from methods.data.archive_kinds import kind_of, other_content
from methods.data.disk import NOTHING, found_instead, is_broken_link
from methods.data.downloads import Wanted, fetch
from methods.data.remedies import Origin, replace_elsewhere
from methods.data.sources import Source, read_sources
from methods.errors import InputError

_DIGESTS = ("md5", "sha256", "sha256-prefix")


def fetch_missing(
    folder: Path,
    declared: Sequence[Mapping[str, Any]],
    *,
    local_files: Mapping[str, Path],
    source: Origin,
    purpose: str,
) -> dict[str, dict[str, str]]:
    """Fetch the files that are not in a folder yet.

    Before anything is downloaded, files of this machine are looked at, and what a person has to
    fetch is asked for.

    Args:
        folder: where they belong.
        declared: name, size and digest of each, as `Source.archive` says them.
        local_files: where on this machine some of them are, by name.
        source: where they come from; of published ones, the table of sources tells where the others
            are.
        purpose: what they are, for the sentence.

    Returns:
        For each file that was fetched, by name, its digests by algorithm, SHA-256 among them.

    Raises:
        InputError: something else has the place or the name of a file, a file of this machine is
            missing, has another size or is no archive, a person has to fetch some of them, or a
            file could not be fetched.
    """
    sources = read_sources() if source == "published" else {}
    missing = [entry for entry in declared if _is_missing(folder / entry["name"], local_files)]
    addresses = {
        entry["name"]: _addresses(entry["name"], local_files, sources) for entry in missing
    }
    by_hand = [name for name, urls in addresses.items() if not urls]
    if by_hand:
        raise InputError(
            folder, f"no {' and no '.join(by_hand)}", purpose, _request(by_hand, sources)
        )
    for entry in missing:
        if entry["name"] in local_files:
            _check_local(local_files[entry["name"]], entry, replace_elsewhere(source))
    return {
        entry["name"]: fetch(
            _wanted(entry, addresses[entry["name"]], local_files, source), folder / entry["name"]
        )
        for entry in missing
    }


def _is_missing(path: Path, local_files: Mapping[str, Path]) -> bool:
    """Whether there is nothing at a path yet; something else than a file is refused there.

    A broken link is nothing where the file has another place by now, which the link will lead to.
    """
    found = found_instead(path)
    if found is None or found == NOTHING:
        return found is not None
    if is_broken_link(path):
        if path.name in local_files:
            return True
        remedy = "bring back what it leads to, or take the link away"
    else:
        remedy = "take it away, or put the original file in its place"
    raise InputError(path, found, f"the file {path.name}", remedy)


def _check_local(path: Path, entry: Mapping[str, Any], remedy: str) -> None:
    """Refuse what can be seen not to be the file, without reading it to its end."""
    if found := found_instead(path):
        raise InputError(path, found, f"the file {entry['name']}", remedy)
    size = path.stat().st_size
    if size != entry.get("bytes", size):
        raise InputError(
            path, f"{size} bytes", f"{entry['bytes']} bytes of {entry['name']}", remedy
        )
    if entry.keys().isdisjoint(_DIGESTS) and (content := other_content(path, entry["name"])):
        raise InputError(path, content, f"{kind_of(entry['name'])}, {entry['name']}", remedy)


def _addresses(
    name: str, local_files: Mapping[str, Path], sources: Mapping[str, Source]
) -> tuple[str, ...]:
    """Where a file can be had without a person."""
    if name in local_files:
        return (local_files[name].absolute().as_uri(),)
    if name not in sources or sources[name].by_a_person:
        return ()
    return sources[name].urls


def _request(names: Sequence[str], sources: Mapping[str, Source]) -> str:
    """What a person is asked to do."""
    places = [
        f"{name} ({sources[name].places[0]}: {sources[name].remark})"
        for name in names
        if name in sources
    ]
    where = "; ".join(places) or "their publisher has them"
    return f"put them into this folder, or say in `storage.local` where they are: {where}"


def _wanted(
    entry: Mapping[str, Any],
    urls: tuple[str, ...],
    local_files: Mapping[str, Path],
    source: Origin,
) -> Wanted:
    digests = {kind.removesuffix("-prefix"): entry[kind] for kind in _DIGESTS if kind in entry}
    wanted = Wanted(entry["name"], urls, entry.get("bytes"), digests)
    if entry["name"] in local_files:
        return replace(wanted, remedy=replace_elsewhere(source))
    return wanted
