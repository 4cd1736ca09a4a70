"""What the GPUs do at the moment."""

from methods.cards import ask_driver
from methods.wording import size_text

_MEBIBYTE = 1 << 20  # the driver's unit


def card_lines() -> list[str]:
    """One line a GPU, such as "GPU 0, NVIDIA H100: 87 % busy, 12 GB of 86 GB used".

    There is none where no driver answers.
    """
    fields = ("index", "utilization.gpu", "memory.used", "memory.total", "name")
    return [
        f"GPU {index}, {name}: {busy} % busy, {_size(used)} of {_size(total)} used"
        for index, busy, used, total, name in ask_driver(*fields)
    ]


def _size(mebibytes: str) -> str:
    """A size of the driver's; its own words where it gives none."""
    return size_text(int(mebibytes) * _MEBIBYTE, exact=True) if mebibytes.isdigit() else mebibytes
