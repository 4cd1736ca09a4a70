"""Proxies that the environment names."""

import os
from urllib.parse import urljoin, urlsplit

from requests import Request, Response
from requests.utils import get_environ_proxies
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from methods.errors import InputError


def require_proxy(url: str) -> None:
    """Refuse to ask for an address through a proxy that cannot be one.

    `requests` would not say which variable it is, or would raise a TypeError.

    Raises:
        InputError: the variable that names the proxy of this address gives no host.
        requests.RequestException: the address is none.
    """
    address = str(Request("GET", url).prepare().url)
    proxies = get_environ_proxies(address)  # none where no_proxy names the host
    scheme = urlsplit(address).scheme
    used = scheme if scheme in proxies else "all"
    if used not in proxies or _names_a_host(proxies[used]):
        return
    raise InputError(
        _variable(used),
        "an address without a scheme or without a host",  # all of it may be a password
        "that of a proxy, such as http://host:8080",
        "correct this variable of the environment, or unset it",
    )


def require_proxy_behind(answer: Response, **_: object) -> None:
    """The same for the address that an answer sends on to, as a hook of `requests`."""
    if answer.is_redirect:
        require_proxy(urljoin(answer.url, answer.headers["Location"]))


def _names_a_host(proxy: str) -> bool:
    """Whether urllib3, which will connect, finds one."""
    try:
        return bool(parse_url(proxy).host)
    except LocationParseError:
        return False


def _variable(scheme: str) -> str:
    """The variable that counts for a scheme: the lower case one, if there are two."""
    lower = f"{scheme}_proxy"
    return lower if lower in os.environ else lower.upper()
