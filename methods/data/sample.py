"""A few images of every split of a checked data set, for rehearsals."""

from collections.abc import Mapping, Sequence
from typing import Any

from methods.data.image_index import SEPARATOR
from methods.data.manifest import split_facts

Row = Mapping[str, Any]


def sample_rows(rows: Sequence[Row], images: Mapping[str, int]) -> list[Row]:
    """Rows of an index that hold so many images of each split, or all that it has.

    The images of a split are taken at equal distances, so that they are of many classes. One that
    is taken for a split counts for every other split that it is in.

    Args:
        rows: of the index.
        images: wanted of each split.
    """
    taken: set[str] = set()
    for split, wanted in images.items():
        ids = [row["id"] for row in rows if split in row["splits"].split(SEPARATOR)]
        count = min(wanted, len(ids))
        taken.update(ids[position * len(ids) // count] for position in range(count))
    return [row for row in rows if row["id"] in taken]


def sample_manifest(manifest: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """The manifest of a data set, its splits cut to the rows of a sample.

    Its files are still all of the data set's.
    """
    members = {
        name: [row["id"] for row in rows if name in row["splits"].split(SEPARATOR)]
        for name in manifest["splits"]
    }
    return {
        **manifest,
        "splits": {name: split_facts(ids) for name, ids in members.items()},
    }
