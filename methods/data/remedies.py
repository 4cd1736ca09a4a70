"""What a person must do about a file that is not as it must be."""

from collections.abc import Mapping
from typing import Literal

from methods.recipes import SNAKEMAKE

Origin = Literal["generated", "published", "local"]

_OTHER = " (and `--config experiment=NAME` behind it, where config.yaml names another one)"
# Without `--until`, everything made from the tree would be made again as well.
EXTRACT_AGAIN = (
    f"extract the archives again with `{SNAKEMAKE} --forcerun extract_archives --until"
    f" extract_archives`{_OTHER}"
)
ORIGINAL = "put the whole, original archive there"  # whoever put it there
# Of a file that is not the original, by where it came from.
_IN_PLACE: Mapping[Origin, str] = {
    "generated": (
        f"make the archives again with `{SNAKEMAKE} --forcerun generate_archives --until"
        f" generate_archives`{_OTHER}"
    ),
    "published": "delete it to have it fetched again, or put the whole, original file there",
    # Nobody fetches it, so that it is not to be deleted before the original is at hand.
    "local": (
        "put the whole, original file there, or take this one away and say in `storage.local` where"
        " the original is"
    ),
}
_ELSEWHERE = "put the original file there, or correct its path in `storage.local`"


def replace_it(source: Origin) -> str:
    """The remedy for a wrong file where the pipeline reads it: an archive, or weights."""
    return _IN_PLACE[source]


def replace_elsewhere(source: Origin) -> str:
    """The remedy for a wrong file of this machine that was to be linked from there."""
    return _IN_PLACE[source] if source == "generated" else _ELSEWHERE
