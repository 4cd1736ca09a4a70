"""How much main memory this machine has."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class MainMemory:
    """Main memory that this process may use: how many bytes, and what sets the limit."""

    bytes: int
    place: str


def installed_memory(
    groups: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")
) -> MainMemory:
    """The machine's main memory, or less where a container or a batch system allows less.

    Args:
        groups: which control groups the process is in, as the kernel lists them.
        mounted: where the control groups are mounted.
    """
    total = psutil.virtual_memory().total
    allowed = min(_limits(groups, mounted), default=total)
    if allowed < total:
        return MainMemory(allowed, "this machine, as its control group allows")
    return MainMemory(total, "this machine")


def _limits(groups: Path, mounted: Path) -> Iterator[int]:
    """Limits of the control groups of this process and of those around them, of both versions."""
    if not groups.is_file():
        return
    for line in groups.read_text(encoding="utf-8").splitlines():
        _, kinds, group = line.split(":", 2)
        if kinds not in ("", "memory"):
            continue
        top, name = (
            (mounted / "memory", "memory.limit_in_bytes") if kinds else (mounted, "memory.max")
        )
        own = top / group.lstrip("/")
        for folder in (own, *own.parents):
            file = folder / name
            if folder.is_relative_to(top) and file.is_file():
                text = file.read_text(encoding="utf-8").strip()
                if text != "max":
                    yield int(text)
