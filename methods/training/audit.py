"""What a training did, held at its end to what was planned before it began."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.errors import InputError

_AGAIN = (
    "the training cannot be trusted: delete the folder `states` beside it to train from the"
    " beginning, and look for a mistake in the program if it comes again"
)
_COUNTED = {"images_seen": "images", "distinct_images_seen": "distinct images"}

Row = Mapping[str, str]


def require_as_planned(
    journal: Path, iterations: int, seen: Mapping[str, int], plan: Mapping[str, Any] | None
) -> None:
    """Refuse a journal with gaps or repetitions, and a training that is another than planned.

    Args:
        journal: of the whole training.
        iterations: of the whole training.
        seen: `images_seen` and `distinct_images_seen`, as they were counted.
        plan: what was derived from the settings beforehand: these numbers, `global_batch`,
            `learning_rates` by iteration or, where the journal has such a column, by epoch, and,
            where the journal counts them, `distinct_images_after` so many epochs. None where a
            training is held to nothing.

    Raises:
        InputError: the first difference.
    """
    with journal.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    _require_every_iteration(journal, rows, iterations)
    if plan is None:
        return
    for key, what in _COUNTED.items():
        if seen[key] != plan[key]:
            found, expected = f"{seen[key]} {what} seen", f"the {plan[key]} of resolved.yaml"
            raise InputError(journal, found, expected, _AGAIN)
    _require_distinct(journal, rows, plan.get("distinct_images_after", {}))
    batch = seen["images_seen"] / iterations
    if batch != plan["global_batch"]:
        expected = f"the {plan['global_batch']} of resolved.yaml"
        raise InputError(journal, f"{batch:g} images an iteration", expected, _AGAIN)
    for row, column, planned in _rates(rows, plan["learning_rates"]):
        if not math.isclose(float(row[column]), planned, rel_tol=1e-6):  # seven digits are written
            found = f"{column} {row[column]} at iteration {row['iteration']}"
            raise InputError(journal, found, f"the {planned:.7g} of resolved.yaml", _AGAIN)


def _require_every_iteration(journal: Path, rows: Sequence[Row], iterations: int) -> None:
    found = [int(row["iteration"]) for row in rows]
    for expected, number in enumerate(found):
        if number != expected:
            raise InputError(
                journal, f"iteration {number} in line {expected + 2}", f"{expected}", _AGAIN
            )
    if len(found) != iterations:
        raise InputError(journal, f"{len(found)} iterations", f"{iterations}", _AGAIN)


def _require_distinct(journal: Path, rows: Sequence[Row], planned: Mapping[int, int]) -> None:
    """Hold the images that were seen for the first time to the plan, epoch by epoch.

    Another sampler may come to the same total, as all of them see every image in the end.
    """
    ends = {int(row["epoch"]) + 1: row for row in rows} if planned else {}
    for epochs, expected in sorted(planned.items()):
        found = ends[epochs]["distinct_images"]
        if int(found) != expected:
            text = f"{found} distinct images after {epochs} of {len(ends)} epochs"
            raise InputError(journal, text, f"the {expected} of resolved.yaml", _AGAIN)


def _rates(
    rows: Sequence[Row], planned: Mapping[int, float | Mapping[str, float]]
) -> Iterator[tuple[Row, str, float]]:
    """Each line that a learning rate is known of, its column and the rate."""
    key = "epoch" if "epoch" in rows[0] else "iteration"
    for row in rows:
        rates = planned.get(int(row[key]), {})
        for column, rate in (rates if isinstance(rates, Mapping) else {"lr": rates}).items():
            yield row, column, rate
