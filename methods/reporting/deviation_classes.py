"""What a deviation from the authors' settings means for a published number."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

from methods.data.files import check_fields
from methods.errors import InputError
from methods.yaml_files import read_yaml

Class = Literal["voids", "may matter", "harmless"]
CLASSES: tuple[Class, ...] = get_args(Class)  # the gravest first
CLASSES_FILE = Path(__file__).parents[2] / "claims/reference/deviation_classes.yaml"
DERIVED = "derived"  # how keys begin that are no settings, but follow from them
_ENTRY = {"keys": list, "class": str, "why": str}


@dataclass(frozen=True)
class _Entry:
    """Settings of one class; `added` where the authors' record must not have them."""

    patterns: tuple[str, ...]
    kind: Class
    why: str
    added: bool = False


_OTHERS = _Entry(("*",), "may matter", "Nobody has classed it, so it may matter.")


@dataclass(frozen=True)
class DeviationClasses:
    """Classes of settings, the first that fits; what no entry names may matter."""

    entries: tuple[_Entry, ...]

    def of(self, key: str, *, added: bool) -> Class:
        """The class of a setting.

        Args:
            key: its dotted name.
            added: whether the authors' record has no such setting.
        """
        return self._entry(key, added).kind

    def why(self, key: str, *, added: bool) -> str:
        """Why a setting has its class, one sentence; arguments as of `of`."""
        return self._entry(key, added).why

    def _entry(self, key: str, added: bool) -> _Entry:
        for entry in self.entries:
            fits = added or not entry.added
            if fits and any(fnmatchcase(key, pattern) for pattern in entry.patterns):
                return entry
        return _OTHERS


def read_classes(path: Path = CLASSES_FILE) -> DeviationClasses:
    """Read the classes of deviations.

    Raises:
        InputError: the file is broken, names an unknown class, or lets void what is derived, which
            is known only behind a training.
    """
    listed = check_fields(path, read_yaml(path), {"classes": list})["classes"]
    entries = []
    for stated in listed:
        entry = check_fields(path, stated, _ENTRY)
        kind = next((known for known in CLASSES if known == entry["class"]), None)
        if kind is None:
            expected = f"one of {', '.join(CLASSES)}"
            raise InputError(path, f"the class {entry['class']!r}", expected, "correct it")
        patterns = tuple(map(str, entry["keys"]))
        if kind == "voids" and any(pattern.startswith(f"{DERIVED}.") for pattern in patterns):
            found, remedy = f"{DERIVED} values that void a claim", "class those settings instead"
            raise InputError(path, found, "the settings that they follow from", remedy)
        why = " ".join(entry["why"].split())
        entries.append(_Entry(patterns, kind, why, bool(stated.get("added", False))))
    return DeviationClasses(tuple(entries))
