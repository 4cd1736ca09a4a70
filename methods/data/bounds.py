"""How much may come out of archives, and how much has."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from methods.data.remedies import ORIGINAL
from methods.errors import InputError

MAX_MEMBERS = 4_000_000  # about three times what the archives of ILSVRC hold, the most of all
# Of the published archives, the boxes of ILSVRC shrink most: XML files, to a 35th.
MAX_RATIO = 200  # content to compressed bytes
# Below, no ratio is looked at: a small archive may hold little but a list of equal lines.
_RATIO_FROM = 16 * 2**20  # bytes
_EXPECTED = "plain files and folders below the archive's root"
_REMEDY = "check that it is the archive of this data set"


@dataclass(frozen=True)
class Extracted:
    """How much came out of an archive, or of several."""

    files: int
    bytes: int


class Budget:
    """Bounds of several archives together, and what has been let through.

    Attributes:
        files: so far.
        bytes: of these files.
        members: so far, files and folders.
    """

    def __init__(self, max_bytes: int, max_members: int = MAX_MEMBERS) -> None:
        self._max_bytes, self._max_members = max_bytes, max_members
        self.files = self.bytes = self.members = 0

    def admit(self, path: Path, name: str, *, plain: bool, folder: bool, size: int) -> None:
        """Count a member, or refuse one that would do more than make a file or a folder.

        Args:
            path: the archive.
            name: of the member.
            plain: whether it is a file or a folder. Data sets need no links, and without links no
                member can leave the destination.
            folder: whether it is a folder.
            size: bytes of its content.

        Raises:
            InputError: it points outside, has a name that no file can have, is no file or folder,
                or goes beyond a bound.
        """
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise InputError(path, f"a member that points outside, {name!r}", _EXPECTED, ORIGINAL)
        if "\0" in name:
            raise InputError(path, f"a name that no file can have, {name!r}", _EXPECTED, ORIGINAL)
        if not plain:
            raise InputError(path, f"a link or device, {name!r}", _EXPECTED, ORIGINAL)
        if size < 0:
            raise InputError(path, f"{size} bytes of {name!r}", "none or more", ORIGINAL)
        self.members += 1
        self.files += not folder
        self.bytes += size
        if self.members > self._max_members:
            found = f"more than {self._max_members} members"
            raise InputError(path, found, "at most so many", _REMEDY)
        if self.bytes > self._max_bytes:
            found = f"more than {self._max_bytes} bytes of content"
            raise InputError(path, found, "at most so much", _REMEDY)


def check_ratio(path: Path, content: int, compressed: int) -> None:
    """Refuse an archive that swells as no archive of a data set does.

    Args:
        path: the archive.
        content: bytes that came, or would come, out of it.
        compressed: bytes of the archive that they are made of.

    Raises:
        InputError: there are too many.
    """
    if content > _RATIO_FROM and content > MAX_RATIO * compressed:
        found = f"{content} bytes of content in {compressed} bytes of the archive"
        expected = f"at most {MAX_RATIO} times as many, as in every archive of a data set"
        raise InputError(path, found, expected, _REMEDY)
