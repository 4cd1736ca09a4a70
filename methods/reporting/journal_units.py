"""What the axis of a column of a journal says: the unit of its values."""

from collections.abc import Mapping

_LOSS = "loss"
# Of columns that are no losses, by their names; of several of a kind, by how their names begin.
_UNITS: Mapping[str, str] = {
    "gradient_norm": "norm",
    "skipped_steps": "steps",
    "distinct_images": "images",
    "images_per_second": "images / s",
    "data_wait_seconds": "s",
}
_KINDS: Mapping[str, str] = {"lr": "learning rate", "weight_": "weight"}


def journal_unit(column: str) -> str:
    """The unit of a column's values; those that no list knows are losses."""
    if column in _UNITS:
        return _UNITS[column]
    return next((unit for start, unit in _KINDS.items() if column.startswith(start)), _LOSS)
