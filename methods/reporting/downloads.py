"""The files beside the page that other programs can read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from methods.reporting.crate.files import METADATA
from methods.reporting.methods_text import MethodsText
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Table


@dataclass(frozen=True)
class Download:
    """A file that the page links to.

    Attributes:
        file: its path, relative to the folder of the page.
        what: in a few words.
        rows: of a table; None of any other file.
        size: bytes; None where the file is written after the page.
    """

    file: str
    what: str
    rows: int | None
    size: int | None


def list_documents(
    sources: ReportSources, texts: Iterable[MethodsText], tables: Path
) -> Iterator[Download]:
    """The files that are no tables.

    Args:
        sources: the files of the experiment.
        texts: which were written.
        tables: the folder that they were written to.
    """
    told = "every verdict, with values, tests and files; verdicts.csv has what intervals say of it"
    yield _document(sources.verdicts, told, sources)
    crate = "all files of these results, with jobs and machines, as an RO-Crate"
    yield Download(METADATA, crate, None, None)  # it describes the page, so it is written later
    if any(run.submission for run in sources.segmentation):
        yield _document(sources.receipts, "what the evaluation server answered", sources)
    for text in texts:
        yield _document(tables / text.file, f"methods text of {text.run}", sources)


def list_tables(written: Iterable[Table], tables: Path, root: Path) -> Iterator[Download]:
    """The tables of the page as CSV.

    Args:
        written: which were written.
        tables: the folder that they were written to.
        root: the folder of the page.
    """
    for table in written:
        path = tables / f"{table.name}.csv"
        name = path.relative_to(root).as_posix()
        yield Download(name, _first(table.caption), len(table.rows), path.stat().st_size)


def _document(path: Path, what: str, sources: ReportSources) -> Download:
    return Download(path.relative_to(sources.root).as_posix(), what, None, path.stat().st_size)


def _first(caption: str) -> str:
    """A caption up to its first stop."""
    return re.split(r"[.;] ", caption)[0].removesuffix(".")
