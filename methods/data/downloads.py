"""Downloads: resumed, from mirrors in turn, and under the final name only when whole and verified.

`requests` does the talking: proxies of the environment, redirects, time-outs and TLS. (pooch, the
usual choice, neither resumes a cut download nor tries a mirror.)
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from methods.data.addresses import shown
from methods.data.archive_kinds import kind_of, other_content
from methods.data.bars import verifying
from methods.data.disk import flush, writing
from methods.data.files import digests, make_folder
from methods.data.locks import lock_file, locked
from methods.data.siblings import part_file
from methods.data.transfer import Refused, Timing, discard, download, note_of
from methods.errors import InputError

_SCHEMES = ("https", "http", "file")


@dataclass(frozen=True)
class Wanted:
    """A file to fetch.

    Attributes:
        name: of the file.
        urls: where it is, in the order to try; http, https or file.
        bytes: its size; None where it is not known.
        digests: by hashlib's name of the algorithm, hexadecimal digits, all or the first ones.
            Without any, it must be an archive of the kind that its name says.
        remedy: what to do where no address gives it.
    """

    name: str
    urls: tuple[str, ...]
    bytes: int | None
    digests: Mapping[str, str]
    remedy: str = "put the original file there by hand"


def fetch(wanted: Wanted, target: Path, timing: Timing | None = None) -> dict[str, str]:
    """Fetch a file, unless it is there.

    One process at a time fetches it, where the file system knows locks; what an earlier call left
    of it is continued.

    Args:
        wanted: what it must be.
        target: its final path.
        timing: time-outs and attempts; None takes the usual ones.

    Returns:
        The digests that were taken of it, SHA-256 among them; none of a file that was there.

    Raises:
        InputError: no address gave the file as it must be, or it cannot be written.
    """
    make_folder(target.parent)
    part, found = part_file(target), dict[str, str]()
    with writing(target, lock_file(target), part, needed=wanted.bytes), locked(target) as held:
        if not target.is_file():
            found = _fetch_from_any(wanted, target, part, timing or Timing())
        if held:
            discard(part)  # where the file came from elsewhere
    return found


def _fetch_from_any(wanted: Wanted, target: Path, part: Path, timing: Timing) -> dict[str, str]:
    reasons = []
    for url in wanted.urls:
        try:
            return _fetch_from(url, wanted, target, part, timing)
        except Refused as reason:
            reasons.append(f"{shown(url)}: {reason}")
    online = any(urlsplit(url).scheme != "file" for url in wanted.urls)
    connection = "check the connection and the proxy (https_proxy), or " if online else ""
    raise InputError(
        target,
        f"no copy of it ({'; '.join(reasons)})",
        f"{wanted.name} from one of its addresses",
        f"{connection}{wanted.remedy}",
    )


def _fetch_from(
    url: str, wanted: Wanted, target: Path, part: Path, timing: Timing
) -> dict[str, str]:
    scheme = urlsplit(url).scheme
    if scheme not in _SCHEMES:
        known = ", ".join(_SCHEMES)
        raise InputError(target, f"the address {shown(url)}", known, "correct the address")
    if scheme == "file":
        source = Path(url2pathname(urlsplit(url).path))
        if not source.is_file():
            raise Refused("no such file")
        found = _verify(source, wanted)
        _link(source, target)
        flush(target.parent)
        return found
    if part.is_file() and part.stat().st_size == wanted.bytes:
        with suppress(Refused):  # all of it has come; whoever fetched it was stopped then
            return _keep(part, wanted, target)
    download(url, part, wanted.bytes, timing)
    return _keep(part, wanted, target)


def _keep(part: Path, wanted: Wanted, target: Path) -> dict[str, str]:
    """Give what came its name if it is the file; else delete it."""
    try:
        found = _verify(part, wanted)
    except Refused:
        discard(part)
        raise
    part.replace(target)
    flush(target.parent)
    note_of(part).unlink(missing_ok=True)  # so late: until now it could say how to go on
    return found


def _verify(path: Path, wanted: Wanted) -> dict[str, str]:
    size = path.stat().st_size
    if wanted.bytes is not None and size != wanted.bytes:
        raise Refused(f"{size} bytes instead of {wanted.bytes}")
    if not wanted.digests and (content := other_content(path, wanted.name)):
        raise Refused(f"{content} instead of {kind_of(wanted.name)}")
    found = digests(path, {"sha256", *wanted.digests}, verifying)
    for algorithm, digits in wanted.digests.items():
        if not found[algorithm].startswith(digits):
            raise Refused(f"{algorithm} {found[algorithm]} instead of {digits}")
    return found


def _link(source: Path, target: Path) -> None:
    """Give the file its second name: nothing is copied. Another disk needs a symbolic link."""
    target.unlink(missing_ok=True)  # a link to what has gone
    with suppress(OSError):
        os.link(source, target)
        return
    target.symlink_to(source.resolve())
