"""How much memory this machine has, asked without loading torch."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Card:
    """A GPU.

    Attributes:
        name: as the driver gives it.
        memory: bytes; None where the driver does not say.
        identity: "GPU-" and hexadecimal digits.
    """

    name: str
    memory: int | None
    identity: str


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


def training_card() -> Card | None:
    """The GPU that a job takes, which is CUDA's first; None where no GPU answers.

    CUDA_VISIBLE_DEVICES chooses and orders the cards. Without CUDA_DEVICE_ORDER=PCI_BUS_ID, CUDA
    counts from the fastest, for which the one with the most memory is taken here.
    """
    cards = _cards()
    if os.environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        cards.sort(key=lambda card: card.memory or 0, reverse=True)
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip()
    if first.startswith("MIG-"):
        return Card("a part of a GPU", None, first)
    by_number = {str(number): card for number, card in enumerate(cards)}
    by_identity = (card for card in cards if first and card.identity.startswith(first))
    return by_number.get(first) or next(by_identity, None)


def _cards() -> list[Card]:
    """The GPUs that NVIDIA's driver lists."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=uuid,memory.total,name", "--format=csv,noheader,nounits"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return []
    rows = [line.split(", ", 2) for line in answer.stdout.splitlines()]
    return [
        Card(name, int(size) * _MEBIBYTE if size.isdigit() else None, identity)
        for identity, size, name in rows
    ]


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
