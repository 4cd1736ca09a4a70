"""Files that a run needs and the pipeline does not make: fetched, or asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.downloads import Wanted, fetch
from methods.data.sources import read_sources
from methods.errors import InputError

_DIGESTS = ("md5", "sha256", "sha256-prefix")


def fetch_missing(
    folder: Path, declared: Sequence[Mapping[str, Any]], *, published: bool, purpose: str
) -> None:
    """Fetch the files that are not in a folder yet.

    What a person has to fetch is asked for before anything is downloaded.

    Args:
        folder: where they belong.
        declared: name, size and digest of each, as `Source.archive` says them.
        published: whether the table of sources tells where they are.
        purpose: what they are, for the sentence.

    Raises:
        InputError: a person has to fetch some of them, or a file could not be fetched.
    """
    missing = [entry for entry in declared if not (folder / entry["name"]).is_file()]
    sources = read_sources() if published else {}
    by_hand = [
        entry["name"]
        for entry in missing
        if entry["name"] not in sources or sources[entry["name"]].by_a_person
    ]
    if by_hand:
        places = [
            f"{name} ({sources[name].urls[0]}: {sources[name].remark})"
            for name in by_hand
            if name in sources
        ]
        where = f": {'; '.join(places)}" if places else " from their publisher"
        raise InputError(
            folder, f"no {' and no '.join(by_hand)}", purpose, f"put them into this folder{where}"
        )
    for entry in missing:
        fetch(_wanted(entry, sources[entry["name"]].urls), folder / entry["name"])


def _wanted(entry: Mapping[str, Any], urls: tuple[str, ...]) -> Wanted:
    digests = {kind.removesuffix("-prefix"): entry[kind] for kind in _DIGESTS if kind in entry}
    return Wanted(entry["name"], urls, entry.get("bytes"), digests)
