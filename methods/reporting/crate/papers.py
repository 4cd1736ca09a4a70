"""The publications that the project builds on, as CITATION.cff has them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.errors import InputError
from methods.yaml_files import read_yaml


@dataclass(frozen=True)
class Paper:
    """A publication.

    Attributes:
        url: its permanent address.
        name: what its method is called for short; the title where none is stated.
        title: of the publication.
        authors: their names, in order.
        year: in which it was published.
    """

    url: str
    name: str
    title: str
    authors: tuple[str, ...]
    year: int


@dataclass(frozen=True)
class Citation:
    """What CITATION.cff says.

    Attributes:
        title: of the project.
        version: of the project.
        authors: of the project.
        papers: the publications whose methods it reproduces.
    """

    title: str
    version: str
    authors: tuple[str, ...]
    papers: tuple[Paper, ...]


def read_citation(path: Path) -> Citation:
    """Read a file in the Citation File Format.

    Raises:
        InputError: it has no such entry, or a reference has neither DOI nor arXiv number.
    """
    document = read_yaml(path)
    try:
        papers = tuple(_paper(path, entry) for entry in document["references"])
        authors = tuple(map(_name, document["authors"]))
        return Citation(str(document["title"]), str(document["version"]), authors, papers)
    except (KeyError, TypeError, AttributeError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else "values of another kind"
        expected = "title, version, authors and references in the Citation File Format"
        raise InputError(path, found, expected, "write them into it") from error


def _paper(path: Path, entry: Mapping[str, Any]) -> Paper:
    authors = tuple(map(_name, entry["authors"]))
    title = str(entry["title"])
    return Paper(
        url=_address(path, entry),
        name=str(entry.get("abbreviation", title)),
        title=title,
        authors=authors,
        year=entry["year"],
    )


def _address(path: Path, entry: Mapping[str, Any]) -> str:
    if "doi" in entry:
        return f"https://doi.org/{entry['doi']}"
    for identifier in entry.get("identifiers", []):
        name, _, number = str(identifier["value"]).partition(":")
        if name == "arXiv":
            return f"https://arxiv.org/abs/{number}"
    found = f"the reference {entry['title']!r} with neither"
    raise InputError(path, found, "a DOI or an arXiv number", "write one of them into it")


def _name(author: Mapping[str, str]) -> str:
    """A person's or a group's name."""
    whole = author.get("name")
    return whole if whole else f"{author['given-names']} {author['family-names']}"
