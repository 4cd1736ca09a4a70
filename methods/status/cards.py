"""What the GPUs do at the moment."""

from methods.cards import ask_driver


def card_lines() -> list[str]:
    """One line a GPU, such as "GPU 0, NVIDIA H100: 87 % busy, 11200 of 81559 MiB used".

    There is none where no driver answers.
    """
    fields = ("index", "utilization.gpu", "memory.used", "memory.total", "name")
    return [
        f"GPU {index}, {name}: {busy} % busy, {used} of {total} MiB used"
        for index, busy, used, total, name in ask_driver(*fields)
    ]
