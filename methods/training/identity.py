"""What training a state belongs to, and how two of them differ."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from methods.data.files import sha256
from methods.errors import InputError

_SHOWN = 12  # differences in a message
_LONGEST = 60  # characters of a value in it


def identify(
    settings: Mapping[str, Any], files: Mapping[str, Path], **others: str | None
) -> dict[str, Any]:
    """All that decides what a training does, ready for JSON.

    Args:
        settings: the resolved ones. What is derived from them adds nothing.
        files: that it reads, by what they are; their content counts.
        others: further facts, such as the fingerprint of the code. A training whose device is of
            another kind, or whose torch is another one, is another training.
    """
    stated = {key: value for key, value in settings.items() if key != "derived"}
    return {
        "settings": json.loads(json.dumps(stated)),
        **others,
        **{name: sha256(path) for name, path in files.items()},
        "torch": str(torch.__version__),
    }


def digest(identity: Mapping[str, Any]) -> str:
    """SHA-256 of an identity; the order of keys does not count."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()


def require_same(folder: Path, found: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Refuse to go on with the states of another training.

    Args:
        folder: of the states.
        found: the identity that they were saved with.
        own: of this training.

    Raises:
        InputError: they differ; the message says in what, setting by setting.
    """
    differences = list(_differences(found, own))
    if not differences:
        return
    listed = ", ".join(differences[:_SHOWN])
    if len(differences) > _SHOWN:
        listed += f" and {len(differences) - _SHOWN} more"
    raise InputError(
        folder,
        f"the states of a training that differs (saved -> now): {listed}",
        "those of this one",
        f"put it back, or delete {folder} to train from the beginning",
    )


def _differences(found: Any, own: Any, name: str = "") -> Iterator[str]:
    """Such as "settings.training.batch_size 4 -> 8"."""
    if isinstance(found, Mapping) and isinstance(own, Mapping):
        for key in sorted({*found, *own}):
            yield from _differences(found.get(key), own.get(key), f"{name}.{key}" if name else key)
    elif found != own:
        yield f"{name} {_text(found)} -> {_text(own)}"


def _text(value: Any) -> str:
    text = "none" if value is None else str(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
