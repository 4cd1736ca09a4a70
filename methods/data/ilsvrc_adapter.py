"""What the pipeline asks of ILSVRC 2012."""

from collections.abc import Sequence
from pathlib import Path

from methods.data.archives import extract_archives
from methods.data.bounds import Extracted
from methods.data.ilsvrc import FOLDERS, NESTED
from methods.data.ilsvrc_checks import check_ilsvrc

MAX_BYTES = 320 * 2**30  # about twice what the archives hold

check = check_ilsvrc


def extract(
    archives: Sequence[Path], tree: Path, *, classes: Sequence[str], threads: int
) -> Extracted:
    """Extract the archives, those in the archive of train too; count what was extracted."""
    return extract_archives(archives, tree, MAX_BYTES, folders=FOLDERS, nested=NESTED)


def derived(tree: Path) -> tuple[Path, ...]:
    """Return the files, and the folders of files, that did not come out of the archives: none."""
    return ()
