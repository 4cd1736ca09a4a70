"""The comparison of what a call needs with what there is, before anything runs."""

import sys
from collections.abc import Sequence

from methods.errors import InputError
from methods.planning.needs import Need
from methods.terminal import GAP, table
from methods.wording import size_text

_FOUND = {
    "disk": "too little disk space",
    "GPU": "no GPU to train on",
    "GPUs": "too few GPUs",
    "GPU memory": "too little GPU memory",
    "main memory": "too little main memory",
}
_REMEDIES = {
    "disk": "free space or name folders on other disks under `storage` in config.yaml",
    "GPU": "train where a GPU answers",
    "GPUs": "lower `gpus` of the run",
    "GPU memory": "train on a GPU with more memory",
    "main memory": "train where more main memory is allowed",
}
_ANYWAY = "or go on in spite of the estimates with `preflight: warn` in config.yaml"


class ShortageError(InputError):
    """The machine has less than is needed; the table follows the sentence."""

    def __init__(self, short: Sequence[str], text: str) -> None:
        remedies = ", ".join(_REMEDIES[what] for what in short)
        super().__init__(
            "this machine",
            " and ".join(_FOUND[what] for what in short),
            "what the table below says is needed",
            f"{remedies}, {_ANYWAY}",
        )
        self.text = text

    def __str__(self) -> str:
        return f"{super().__str__()}\n\n{self.text}"


def preflight_text(found: Sequence[Need]) -> str:
    """The needs as an aligned table; what a disk is needed for stands below it."""
    rows = [("", "needed", "there is", "", "where")]
    for need in found:
        needed = f"{need.needed:.0f}" if need.counts else size_text(need.needed)
        rows.append((need.what, needed, _available(need), _verdict(need), need.where))
        rows += [
            (f"{GAP}{part.name}", size_text(part.bytes), "", "", str(part.root))
            for part in need.parts
        ]
    heading = "What is needed, and what there is; ~ marks estimates"
    return "\n".join([heading, *table(rows, right={1, 2})])


def check(found: Sequence[Need], mode: str) -> None:
    """Compare; say nothing where everything fits.

    Args:
        found: what `needs` found.
        mode: refuse or warn, which prints the table on standard error and goes on.

    Raises:
        InputError: something does not fit, and the mode is refuse; the table follows the sentence.
    """
    short = [need.what for need in found if not need.fits]
    if not short:
        return
    text = preflight_text(found)
    if mode == "refuse":
        raise ShortageError(list(dict.fromkeys(short)), text)
    print(text, file=sys.stderr)


def _available(need: Need) -> str:
    if need.available is None:
        return "unknown"
    return str(need.available) if need.counts else size_text(need.available, exact=True)


def _verdict(need: Need) -> str:
    if not need.fits:
        return "DOES NOT FIT"
    if need.available is None:
        return ""
    return "fits" if need.needed <= need.available else "slower"
