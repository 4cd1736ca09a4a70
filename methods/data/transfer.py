"""One file over HTTP, continued where an earlier attempt stopped."""

import errno
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from methods.data.files import read_json, write_json
from methods.errors import InputError

_CHUNK = 2**20  # bytes
_AGAIN = (408, 425, 429, 500, 502, 503, 504)  # a server that may answer later
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Refused(Exception):  # noqa: N818
    """This address does not give the file; the message says why."""


class _Interrupted(Exception):  # noqa: N818
    """The transfer stopped; another attempt may continue it."""


@dataclass(frozen=True)
class Timing:
    """How patient a download is.

    Attributes:
        connect: seconds until a connection stands.
        read: seconds without a byte.
        attempts: in a row that bring nothing, before an address is given up.
        pause: seconds before the second attempt; doubled before each further one.
        slowest: bytes a second, below which the transfer counts as stopped...
        window: ...over so many seconds.
    """

    connect: float = 20
    read: float = 60
    attempts: int = 5
    pause: float = 2
    slowest: float = 1000
    window: float = 60


def download(url: str, part: Path, size: int | None, timing: Timing) -> None:
    """Download to `part`, continuing what is there of the same file.

    Raises:
        Refused: the address does not give it.
        InputError: the disk is full; what came so far stays, to be continued.
    """
    failures, pause = 0, timing.pause
    while True:
        before = _size(part)
        try:
            _attempt(url, part, size, timing)
        except (_Interrupted, requests.ConnectionError, requests.Timeout) as error:
            # An attempt that brought something does not count.
            failures = 1 if _size(part) > before else failures + 1
            if failures >= timing.attempts:
                reason = str(error) if isinstance(error, _Interrupted) else _short(error)
                raise Refused(reason) from error
            time.sleep(pause)
            pause = timing.pause if failures == 1 else 2 * pause
        except requests.RequestException as error:
            raise Refused(_short(error)) from error
        else:
            _note(part).unlink(missing_ok=True)
            return


def _attempt(url: str, part: Path, size: int | None, timing: Timing) -> None:
    start, headers = _continued(url, part)
    wait = (timing.connect, timing.read)
    with requests.get(url, headers=headers, stream=True, timeout=wait) as answer:
        if answer.status_code in _AGAIN:
            raise _Interrupted(f"status {answer.status_code}")
        if answer.status_code == 416:  # what is there is no beginning of the file
            part.unlink()
            raise _Interrupted("status 416")
        if not answer.ok:
            raise Refused(f"status {answer.status_code}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise Refused("a web page instead of the file")
        if not _goes_on(answer, start):
            start = 0
        length = answer.headers.get("Content-Length")
        total = start + int(length) if length else size
        if size is not None and total != size:
            raise Refused(f"{total} bytes instead of {size}")
        write_json(_note(part), {"url": url, "validator": _validator(answer.headers)})
        _receive(answer, part, start, total, timing)


def _continued(url: str, part: Path) -> tuple[int, dict[str, str]]:
    """Where to go on, and the headers that ask for the rest of exactly that file."""
    plain = {"Accept-Encoding": "identity"}  # else sizes are those of something compressed
    if not (part.is_file() and _note(part).is_file()):
        return 0, plain
    note, start = read_json(_note(part)), _size(part)
    if note["url"] != url or not note["validator"] or not start:
        return 0, plain
    return start, {**plain, "Range": f"bytes={start}-", "If-Range": note["validator"]}


def _goes_on(answer: requests.Response, start: int) -> bool:
    """Whether the server sends the rest; else it sends the whole file."""
    given = answer.headers.get("Content-Range", "")
    return answer.status_code == 206 and given.startswith(f"bytes {start}-")


def _validator(headers: Mapping[str, str]) -> str:
    """What tells one version of the file from another; a weak ETag does not."""
    tag = headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")


def _receive(
    answer: requests.Response, part: Path, start: int, total: int | None, timing: Timing
) -> None:
    received, begun, in_window = start, time.monotonic(), 0
    bar = tqdm(initial=start, total=total, unit="B", unit_scale=True, disable=None, desc=part.name)
    with bar, part.open("ab" if start else "wb") as file:
        try:
            # Small reads: a slow server is noticed before a whole chunk has come.
            while chunk := answer.raw.read1(_CHUNK):
                _write(file.fileno(), chunk, part)
                received += len(chunk)
                in_window += len(chunk)
                bar.update(len(chunk))
                elapsed = time.monotonic() - begun
                if elapsed > timing.window:
                    if in_window < timing.slowest * elapsed:
                        raise _Interrupted(f"less than {timing.slowest:g} bytes a second")
                    begun, in_window = time.monotonic(), 0
        except HTTPError as error:
            raise _Interrupted(_stopped(received, total)) from error
        os.fsync(file.fileno())
    if total is not None and received != total:
        raise _Interrupted(_stopped(received, total))


def _stopped(received: int, total: int | None) -> str:
    return (
        f"it stopped after {received} of {'an unknown number of' if total is None else total} bytes"
    )


def _write(descriptor: int, chunk: bytes, part: Path) -> None:
    view = memoryview(chunk)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise InputError(
            part,
            f"no room to go on ({(error.strerror or '').lower()})",
            "free space for the rest",
            "free some space, or set another folder in config.yaml; the download goes on from here",
        ) from error


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _short(error: Exception) -> str:
    """The innermost reason, in one line."""
    reason: BaseException = error
    while reason.__cause__ or (reason.args and isinstance(reason.args[0], Exception)):
        reason = reason.__cause__ or reason.args[0]
    return str(reason).partition("\n")[0] or type(reason).__name__
