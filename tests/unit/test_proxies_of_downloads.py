"""What a download asks through a proxy, and that nothing it says tells a secret."""

from pathlib import Path

import pytest

from methods.data.addresses import without_secrets
from methods.data.downloads import fetch
from methods.errors import InputError
from tests.unit.download_server import cut, serving, status, whole
from tests.unit.small_downloads import CONTENT, QUICK, wanted


def test_secrets_in_an_address_are_not_told(tmp_path: Path) -> None:
    with serving(status(404)) as server:
        url = server.address.replace("//", "//me:pass%77ord@") + "?token=hidden"
        with pytest.raises(InputError) as caught:
            fetch(wanted(url), tmp_path / "a.tar", QUICK)
    assert "pass" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert server.address in str(caught.value)


def test_secrets_do_not_stay_beside_a_part(tmp_path: Path) -> None:
    with serving(cut(CONTENT, 1000)) as server:
        url = server.address.replace("//", "//me:pass%77ord@") + "?token=hidden"
        with pytest.raises(InputError):
            fetch(wanted(url), tmp_path / "a.tar", QUICK)
    note = (tmp_path / ".a.tar.part.json").read_text(encoding="utf-8")
    assert "validator" in note
    assert "pass" not in note
    assert "hidden" not in note


def test_what_a_library_says_is_told_without_secrets() -> None:
    said = "Max retries (url: /a.tar?token=hidden) at 'http://me:hid/den@host:80/a?x=hidden'"
    told = without_secrets(said)
    assert told == "Max retries (url: /a.tar) at 'http://host:80/a'"


@pytest.mark.parametrize(
    ("proxy", "url"),
    [
        ("http://me:hidden@127.0.0.1:9", "http://host.invalid/a.tar"),
        ("http://me:hid den@[127.0.0.1", "http://host.invalid/a.tar"),
        ("", "http://me:hidden@/a.tar?token=hidden"),
        ("", "http://me:hidden@host.invalid:port/a.tar?token=hidden"),
        ("", "http://me:hidden@host.invalid/a.tar?token=hidden"),
    ],
)
def test_secrets_of_proxies_and_broken_addresses_are_not_told(
    proxy: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(InputError) as caught:
        fetch(wanted(url), tmp_path / "a.tar", QUICK)
    assert "hidden" not in str(caught.value)
    assert "hid den" not in str(caught.value)


def test_a_proxy_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whole(CONTENT)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        fetch(wanted("http://nowhere.invalid/a.tar"), tmp_path / "a.tar", QUICK)
    assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    "proxy",
    [
        *("http://", ":8080", "http://:8080", "//", "http:", "host:8080", "http://host:port"),
        *("http://me:hidden@", "http://me:hidden@:8080", "http://me:hid den@[::1"),
    ],
)
@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_proxy_without_a_host_is_named_by_its_variable(
    variable: str, proxy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(InputError) as caught:
        fetch(wanted("https://host.invalid/a.tar"), tmp_path / "a.tar", QUICK)
    assert str(caught.value) == (
        f"{variable}: found an address without a scheme or without a host, expected that of a"
        " proxy, such as http://host:8080; correct this variable of the environment, or unset it."
    )


def test_a_proxy_without_a_host_is_named_behind_a_redirect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hidden@")
    moved = status(301, Location="https://host.invalid/a.tar")
    with (
        serving(moved) as server,
        pytest.raises(InputError, match="^https_proxy: found an address without"),
    ):
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert len(server.asked) == 1


def test_a_proxy_that_is_not_used_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://")
    with serving(whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
        monkeypatch.setenv("http_proxy", "http://")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        fetch(wanted(server.address), tmp_path / "b.tar", QUICK)
        broken = "http://host.invalid:port/a.tar"
        with pytest.raises(InputError, match="no copy of it"):
            fetch(wanted(broken), tmp_path / "c.tar", QUICK)
    assert len(server.asked) == 2
