"""How long a download waits between its tries, and what it shows of its progress."""

import io
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from methods.data.downloads import fetch
from methods.data.transfer import Timing
from tests.unit.download_server import Answer, cut, serving, status, whole
from tests.unit.small_downloads import CONTENT, QUICK, no_copy, refusal, wanted


def test_each_pause_is_twice_the_one_before(tmp_path: Path, pauses: list[float]) -> None:
    target = tmp_path / "a.tar"
    with serving(status(500)) as server:
        said = refusal(wanted(server.address), target, Timing())
    assert said == no_copy(target, f"{server.address}: status 500")
    assert pauses == [2, 4, 8, 16]
    assert len(server.asked) == 5


def test_pauses_begin_anew_where_something_came(tmp_path: Path, pauses: list[float]) -> None:
    down = [status(503)] * 3
    with serving(*down, cut(CONTENT, 1000), *down, whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", Timing())
    assert pauses == [2, 4, 8, 2, 4, 8, 16]
    assert server.asked == [*[""] * 4, *["bytes=1000-"] * 4]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("said", "waited"),
    [("30", 30), ("3600", 600), ("1", 2), ("soon", 2), ("-1", 2), ("", 2)],
)
def test_a_server_says_how_long_to_wait(
    tmp_path: Path, pauses: list[float], said: str, waited: float
) -> None:
    with serving(status(503, **{"Retry-After": said}), whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", Timing())
    assert pauses == [waited]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("ahead", "least", "most"),
    [(100, 90, 100), (3600, 600, 600), (-3600, 2, 2)],
)
def test_a_server_says_until_when_to_wait(
    tmp_path: Path, pauses: list[float], ahead: float, least: float, most: float
) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    with serving(status(503, **{"Retry-After": until}), whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", Timing())
    (waited,) = pauses
    assert least <= waited <= most


def test_the_pause_is_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    with serving(status(503), status(503), whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", replace(QUICK, pause=0.1))
    assert time.monotonic() - begun >= 0.1 + 0.2


class Terminal(io.StringIO):
    """A place for messages that says whether it is a terminal."""

    def __init__(self, shows: bool) -> None:
        super().__init__()
        self.shows = shows

    def isatty(self) -> bool:
        return self.shows


def shown(folder: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool, *answers: Answer) -> str:
    """What a download writes to stderr."""
    stderr = Terminal(terminal)
    monkeypatch.setattr("sys.stderr", stderr)
    with serving(*answers) as server:
        fetch(wanted(server.address), folder / "a.tar", QUICK)
    return stderr.getvalue()


def test_a_terminal_shows_how_much_has_come_and_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(tmp_path, monkeypatch, True, whole(CONTENT))
    assert ".a.tar.part:   0%|" in text
    assert ".a.tar.part: 100%|" in text
    assert "307k/307k [" in text
    assert "verifying .a.tar.part: 100%|" in text


def test_a_bar_goes_on_where_the_download_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = shown(tmp_path, monkeypatch, True, cut(CONTENT, len(CONTENT) // 2), whole(CONTENT))
    assert text.count(".a.tar.part:  50%|") >= 2  # the end of one bar, the beginning of the next
    assert ".a.tar.part: 100%|" in text


def test_a_log_has_no_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(tmp_path, monkeypatch, False, whole(CONTENT)) == ""
