"""Entities that several parts of the crate are made of."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from methods.reporting.crate.facts import Fact
from methods.reporting.crate.files import CrateFile


def add_entity(
    crate: ROCrate, id: str, type: str | list[str], **properties: object
) -> ContextEntity:
    """Add something that is no file."""
    return crate.add(ContextEntity(crate, id, properties={"@type": type, **properties}))


def add_file(crate: ROCrate, file: CrateFile, **properties: object) -> None:
    """Add a file that lies in the crate's folder; nothing is copied."""
    crate.add_file(dest_path=file.path, properties={**file_properties(file), **properties})


def entity_id(file: CrateFile) -> str:
    """The identifier that rocrate gives to a file: its path as a relative URI."""
    return quote(file.path.as_posix())


def file_properties(file: CrateFile) -> dict[str, object]:
    """What is said of every file."""
    return {
        "name": file.path.as_posix(),
        "contentSize": str(file.size),
        "sha256": file.digest,
        "encodingFormat": file.format,
    }


def add_facts(crate: ROCrate, facts: Iterable[Fact]) -> list[ContextEntity]:
    """Add named facts, to be referred to by `additionalProperty`."""
    return [
        add_entity(crate, anchor("fact", name), "PropertyValue", name=name, value=value)
        for name, value in facts
    ]


def add_people(crate: ROCrate, names: Sequence[str], type: str) -> list[ContextEntity]:
    """Add persons or organizations by their names."""
    return [add_entity(crate, anchor(type.lower(), name), type, name=name) for name in names]


def anchor(kind: str, name: str) -> str:
    """An identifier within the crate; names that differ in letters and digits stay apart."""
    return f"#{kind}-{re.sub(r'[^A-Za-z0-9_.+]+', '-', name)}"
