"""Which GPUs there are and what they do, asked of NVIDIA's driver without loading torch."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

_MEBIBYTE = 1 << 20
_PART = "MIG-"  # how the identity of a part of a GPU begins


@dataclass(frozen=True)
class Card:
    """A GPU.

    Attributes:
        name: as the driver gives it.
        memory: bytes; None where the driver does not say.
        identity: "GPU-" and hexadecimal digits; "MIG-" and more for a part of a GPU.
    """

    name: str
    memory: int | None
    identity: str

    @property
    def is_part(self) -> bool:
        """Whether it is a part of a GPU, of which the driver tells less."""
        return self.identity.startswith(_PART)


def gpu_answers() -> bool:
    """Whether a job has a GPU to take."""
    return training_card() is not None


def card_names() -> tuple[str, ...]:
    """Names of the GPUs that the driver lists; none where there is no driver."""
    return tuple(name for (name,) in ask_driver("name"))


def driver_version() -> str | None:
    """Version of the driver, which is one for all GPUs; None where it does not answer."""
    return next((version for (version,) in ask_driver("driver_version")), None)


def training_card() -> Card | None:
    """The GPU that a job takes, which is CUDA's first; None where no GPU answers."""
    return next((card for _, card in visible_cards()), None)


def visible_cards() -> list[tuple[str, Card]]:
    """The GPUs that CUDA shows a job, in its order, each with the name that chooses it.

    CUDA_VISIBLE_DEVICES chooses and orders the cards, up to a name that is none's. Without
    CUDA_DEVICE_ORDER=PCI_BUS_ID, CUDA counts from the fastest, for which the one with the most
    memory is taken here.
    """
    cards = [
        Card(name, int(size) * _MEBIBYTE if size.isdigit() else None, identity)
        for identity, size, name in ask_driver("uuid", "memory.total", "name")
    ]
    if os.environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        cards.sort(key=lambda card: card.memory or 0, reverse=True)
    chosen = chosen_names()
    if chosen is None:
        return [(card.identity, card) for card in cards]
    found = []
    for name in chosen:
        card = _named(name, cards)
        if card is None:
            break
        found.append((name, card))
    return found


def chosen_names() -> list[str] | None:
    """The entries of CUDA_VISIBLE_DEVICES, whatever they mean; None where it is not set."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return None if chosen is None else [*map(str.strip, chosen.split(","))]


def _named(name: str, cards: Sequence[Card]) -> Card | None:
    """The card that an entry of CUDA_VISIBLE_DEVICES means."""
    if name.startswith(_PART):
        return Card("a part of a GPU", None, name)
    by_number = {str(number): card for number, card in enumerate(cards)}
    by_identity = (card for card in cards if name and card.identity.startswith(name))
    return by_number.get(name) or next(by_identity, None)


def drawn_power(card: Card) -> float | None:
    """Watts that a GPU draws at the moment; None where the driver does not say."""
    answers = dict(ask_driver("uuid", "power.draw"))
    try:
        return float(answers[card.identity])
    except (KeyError, ValueError):  # the card is not listed; "[N/A]"
        return None


def ask_driver(*fields: str) -> list[list[str]]:
    """What the driver answers of every GPU; nothing where there is no driver or it fails.

    Args:
        fields: as `nvidia-smi --help-query-gpu` lists them. A name, which may hold a comma, is the
            last of them.

    Returns:
        A row a GPU, a text a field: numbers without their units.
    """
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return []
    return [line.split(", ", len(fields) - 1) for line in answer.stdout.splitlines()]
