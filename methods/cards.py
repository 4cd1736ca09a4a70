"""Which GPU a job takes, asked of NVIDIA's driver without loading torch."""

import os
import shutil
import subprocess
from dataclasses import dataclass

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


def gpu_answers() -> bool:
    """Whether a job has a GPU to take."""
    return training_card() is not None


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
