"""One state of a training on the disk: tensors and plain values, and a description beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from methods.data.files import read_fields, sha256, write_json
from methods.errors import InputError
from methods.training.identity import digest
from methods.weights.state_dicts import read_file, write_state

_FIELDS = {"iteration": int, "sha256": str, "identity": dict}


class TornStateError(Exception):
    """A state is not whole; the message says why."""


@dataclass(frozen=True, order=True)
class StateFile:
    """A state: state_000120.pt, and state_000120.json, which is written after it.

    Attributes:
        iteration: how many the training had done.
        folder: of the states.
    """

    iteration: int
    folder: Path

    @property
    def content(self) -> Path:
        """Where the tensors are."""
        return self.folder / f"state_{self.iteration:06d}.pt"

    @property
    def description(self) -> Path:
        """What describes them; without it a state is not whole."""
        return self.content.with_suffix(".json")

    def write(self, content: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
        """Write a state, whole or not at all, and read it back.

        Args:
            content: tensors, and plain values that are not read by running code.
            identity: of the training.

        Raises:
            InputError: there is no room for it.
        """
        marked: dict[str, Any] = {**content, "identity": digest(identity)}
        written = write_state(self.content, marked)
        description = {
            "iteration": self.iteration,
            "saved": datetime.now(UTC).isoformat(timespec="seconds"),
            "sha256": written,
            "identity": identity,
        }
        write_json(self.description, description)

    def describe(self) -> dict[str, Any]:
        """Read the description alone.

        Raises:
            TornStateError: it is missing or not whole.
        """
        try:
            found: dict[str, Any] = read_fields(self.description, _FIELDS)
        except InputError as error:
            raise TornStateError(f"{self.description.name}: {error.parts[1]}") from error
        if found["iteration"] != self.iteration:
            raise TornStateError(f"{self.description.name} tells of iteration {found['iteration']}")
        return found

    def read(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """Read the content, on the CPU; nothing in it is run.

        Raises:
            TornStateError: it is missing, or not what the description says.
        """
        try:
            if sha256(self.content) != described["sha256"]:
                raise TornStateError(f"{self.content.name} has another SHA-256 than was written")
            content = read_file(self.content)
        except InputError as error:
            raise TornStateError(f"{self.content.name}: {error.parts[1]}") from error
        if not isinstance(content, dict) or content["identity"] != digest(described["identity"]):
            raise TornStateError(
                f"{self.description.name} tells of another training than its state"
            )
        return content
