"""A server on this machine that answers well or badly, as a test tells it to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Gives each request to the next of its answers; the last one stays.

    Attributes:
        answers: what to do, one a request.
        asked: the Range header of each request; empty where there was none.
    """

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.asked = list(answers), list[str]()

    @property
    def address(self) -> str:
        """Of the file."""
        return f"http://127.0.0.1:{self.server_port}/a.tar"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        answers, asked = self.server.answers, self.server.asked
        asked.append(self.headers.get("Range", ""))
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(*answers: Answer) -> Iterator[Server]:
    """A server that runs while the block does."""
    server = Server(*answers)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def whole(content: bytes, tag: str = '"1"', kind: str = "application/x-tar") -> Answer:
    """The content, or the rest of it that was asked for; status 416 where there is no rest."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked, known = request.headers.get("Range"), request.headers.get("If-Range")
        start = int(asked.removeprefix("bytes=")[:-1]) if asked and known == tag else 0
        if start >= len(content):
            status(416, **{"Content-Range": f"bytes */{len(content)}"})(request)
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        _send(request, content[start:], len(content) - start, tag, kind)

    return answer


def cut(content: bytes, after: int, tag: str = '"1"') -> Answer:
    """The first bytes of the content, although all of it is promised."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        _send(request, content[:after], len(content), tag, "application/x-tar")

    return answer


def dripping(content: bytes) -> Answer:
    """All of the content is promised, and a byte comes every 50 milliseconds, for a second."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        _begin(request, content)
        for _ in range(20):
            try:
                request.wfile.write(b"x")
            except OSError:
                return  # the other side has gone
            sleep(0.05)

    return answer


def silent(content: bytes, after: int | None, seconds: float) -> Answer:
    """The first bytes of the content, or not even a header; then nothing for so long."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if after is not None:
            _begin(request, content)
            request.wfile.write(content[:after])
        sleep(seconds)
        request.close_connection = True

    return answer


def hanging_up(request: BaseHTTPRequestHandler) -> None:
    """Not a word."""
    request.close_connection = True


def without_ranges(content: bytes) -> Answer:
    """All of the content, whatever was asked for."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        _send(request, content, len(content), '"1"', "application/x-tar")

    return answer


def status(code: int, **headers: str) -> Answer:
    """No content."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def _begin(request: BaseHTTPRequestHandler, content: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()


def _send(request: BaseHTTPRequestHandler, body: bytes, length: int, tag: str, kind: str) -> None:
    request.send_header("Content-Length", str(length))
    request.send_header("Content-Type", kind)
    request.send_header("ETag", tag)
    request.end_headers()
    request.wfile.write(body)
    request.close_connection = True
