"""Read and write pip's hashed requirement files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_ENTRY = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)[^\n]*")
_HASH = re.compile(r"--hash=(?P<digest>sha256:[0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """One package at one version, with the digests of every file that may be installed for it."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        """The pin as a requirement, without its hashes."""
        return f"{self.name}=={self.version}"


def normalise(name: str) -> str:
    """Spell a package's name as the index does (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_lock(text: str) -> dict[str, Pin]:
    """Parse a hashed requirement file into pins by normalised name."""
    pins: dict[str, Pin] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if entry := _ENTRY.match(block):
            hashes = tuple(match["digest"] for match in _HASH.finditer(block))
            name = normalise(entry["name"])
            pins[name] = Pin(name, entry["version"], hashes)
    return pins


def read_lock(path: Path) -> dict[str, Pin]:
    """Read a lock into pins by normalised name."""
    return parse_lock("\n" + path.read_text(encoding="utf-8"))


def write_lock(path: Path, pins: Iterable[Pin], purpose: str) -> None:
    """Write pins, sorted by name, under a comment that says what the lock is for."""
    lines = [f"# {purpose}", "# Written by write_locks.py: edit requirements*.in instead."]
    for pin in sorted(pins, key=lambda pin: pin.name):
        lines.append(" \\\n".join([str(pin), *(f"    --hash={digest}" for digest in pin.hashes)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def without(pins: Mapping[str, Pin], *others: Mapping[str, Pin]) -> dict[str, Pin]:
    """The pins whose names no other lock holds."""
    taken = set().union(*others)
    return {name: pin for name, pin in pins.items() if name not in taken}
