"""Typed settings out of YAML mappings."""

from collections.abc import Mapping
from typing import Any, TypeVar

import dacite

SettingsT = TypeVar("SettingsT")

_STRICT = dacite.Config(strict=True, cast=[tuple], type_hooks={float: float})


def build(settings: type[SettingsT], values: Mapping[str, Any]) -> SettingsT:
    """Build a frozen settings dataclass from a mapping of plain YAML values.

    Lists become tuples and whole numbers become floats where the field asks for them.

    Raises:
        dacite.DaciteError: a key is missing, unknown or of another type. The schema refuses such
            files before any rule runs, so this points at a bug rather than at a user's mistake.
    """
    return dacite.from_dict(settings, values, _STRICT)
