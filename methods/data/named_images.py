"""The images that an experiment names, to be shown on the page."""

from collections.abc import Container, Iterable

from methods.errors import InputError


def require_named(run: str, ids: Iterable[str], split: str, known: Container[str]) -> None:
    """Refuse an image that its split does not have.

    Args:
        run: whose block `gallery` names the images.
        ids: of these images.
        split: that the run is judged on.
        known: the ids of that split.

    Raises:
        InputError: the first one that is not there.
    """
    for id in ids:
        if id not in known:
            raise InputError(
                f"gallery of run {run}", id, f"ids of {split}", "correct the experiment"
            )
