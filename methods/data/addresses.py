"""Addresses as they may be told: without what may be a secret."""

import re
from urllib.parse import urlsplit, urlunsplit

_USER = re.compile(r"//\S*@")
_QUERY = re.compile(r"\?[^\s'\")\]>]+")


def shown(url: str) -> str:
    """The address without user, password, query and fragment."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def without_secrets(text: str) -> str:
    """What a library says, without users, passwords and queries of the addresses in it."""
    return _QUERY.sub("", _USER.sub("//", text))
