"""One file over HTTP, continued where an earlier attempt stopped."""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from methods.data.addresses import without_secrets
from methods.data.disk import CHUNK, FULL, no_room, require_room, write_all
from methods.data.files import read_json, write_json
from methods.data.proxies import require_proxy, require_proxy_behind

_AGAIN = (408, 425, 429, 500, 502, 503, 504)  # a server that may answer later
_GO_ON = "the download goes on from here"


class Refused(Exception):  # noqa: N818
    """This address does not give the file; the message says why."""


class _Interrupted(Exception):  # noqa: N818
    """The transfer stopped; another attempt may continue it, after so many seconds or more."""

    def __init__(self, reason: str, wait: float = 0) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Timing:
    """How patient a download is.

    Attributes:
        connect: seconds until a connection stands.
        read: seconds without a byte.
        attempts: in a row that bring nothing, before an address is given up.
        pause: seconds before the second attempt; doubled before each further one.
        longest: seconds to wait at most where a server says how long (Retry-After).
        slowest: bytes a second, below which the transfer counts as stopped...
        window: ...over so many seconds.
    """

    connect: float = 20
    read: float = 60
    attempts: int = 5
    pause: float = 2
    longest: float = 600
    slowest: float = 1000
    window: float = 60


def download(url: str, part: Path, size: int | None, timing: Timing) -> None:
    """Download to `part`, continuing what is there of the same file.

    A note beside it tells the next call how to go on. It stays, so that a part that is whole but
    not yet verified is not fetched again.

    Raises:
        Refused: the address does not give it.
        InputError: the disk is full; what came so far stays, to be continued. Or the environment
            names a proxy that cannot be one.
    """
    failures = 0
    while True:
        before = _size(part)
        try:
            _attempt(url, part, size, timing)
        except (_Interrupted, requests.ConnectionError, requests.Timeout) as error:
            # An attempt that brought something does not count.
            failures = 1 if _size(part) > before else failures + 1
            if failures >= timing.attempts:
                raise Refused(_why(error, timing)) from error
            asked = error.wait if isinstance(error, _Interrupted) else 0
            pause = timing.pause * 2 ** (failures - 1)
            time.sleep(max(pause, min(asked, timing.longest)))
        except requests.RequestException as error:
            raise Refused(_short(error)) from error
        else:
            return


def _attempt(url: str, part: Path, size: int | None, timing: Timing) -> None:
    start, headers = _continued(url, part)
    wait = (timing.connect, timing.read)
    hooks = {"response": require_proxy_behind}
    require_proxy(url)
    with requests.get(url, headers=headers, stream=True, timeout=wait, hooks=hooks) as answer:
        if answer.status_code in _AGAIN:
            raise _Interrupted(f"status {answer.status_code}", _asked_wait(answer.headers))
        if answer.status_code == 416:  # nothing of the file comes behind what is there
            if start and answer.headers.get("Content-Range") == f"bytes */{start}":
                return  # it is the whole file
            part.unlink(missing_ok=True)
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
        if total is not None:  # what is there already is kept, or written over
            require_room(part, total - _size(part), _GO_ON)
        if not start:
            part.unlink(missing_ok=True)  # the note is never beside what another answer gave
        write_json(
            note_of(part),
            {"address": _address_digest(url), "validator": _validator(answer.headers)},
        )
        _receive(answer, part, start, total, timing)


def _continued(url: str, part: Path) -> tuple[int, dict[str, str]]:
    """Where to go on, and the headers that ask for the rest of exactly that file."""
    plain = {"Accept-Encoding": "identity"}  # else sizes are those of something compressed
    if not (part.is_file() and note_of(part).is_file()):
        return 0, plain
    note, start = read_json(note_of(part)), _size(part)
    if note.get("address") != _address_digest(url) or not note["validator"] or not start:
        return 0, plain
    return start, {**plain, "Range": f"bytes={start}-", "If-Range": note["validator"]}


def _address_digest(url: str) -> str:
    """A digest of the address, which may hold a secret."""
    return hashlib.sha256(url.encode()).hexdigest()


def _asked_wait(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks to wait, which it may say as a number or as a time."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:  # also where it says nothing
        return 0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0)


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
            while chunk := answer.raw.read1(CHUNK):
                with _keeping(part, total):
                    write_all(file.fileno(), chunk)
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
        with _keeping(part, total):
            os.fsync(file.fileno())
    if total is not None and received != total:
        raise _Interrupted(_stopped(received, total))


def _stopped(received: int, total: int | None) -> str:
    return (
        f"it stopped after {received} of {'an unknown number of' if total is None else total} bytes"
    )


@contextmanager
def _keeping(part: Path, total: int | None) -> Iterator[None]:
    """Tell in one sentence that the disk is full; what came so far stays."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        missing = None if total is None else total - _size(part)
        raise no_room(part, error, missing, _GO_ON) from error


def note_of(part: Path) -> Path:
    """Return the file that tells where a part comes from and which version it is of."""
    return part.with_name(f"{part.name}.json")


def discard(part: Path) -> None:
    """Delete what came of a file, and its note."""
    part.unlink(missing_ok=True)
    note_of(part).unlink(missing_ok=True)


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _why(error: Exception, timing: Timing) -> str:
    """Why the last attempt stopped."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {timing.connect:g} seconds"
    if isinstance(error, requests.ReadTimeout):
        return f"no answer within {timing.read:g} seconds"
    return str(error) if isinstance(error, _Interrupted) else _short(error)


def _short(error: Exception) -> str:
    """The innermost reason, in one line."""
    reason: BaseException = error
    while inner := _inner(reason):
        reason = inner
    return without_secrets(str(reason).partition("\n")[0]) or type(reason).__name__


def _inner(error: BaseException) -> BaseException | None:
    """What a library wrapped, which it may put behind words of its own."""
    wrapped = (part for part in error.args if isinstance(part, Exception))
    return error.__cause__ or next(wrapped, None)
