"""One answer to one item of a checklist."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from methods.reporting.sources import ReportSources

Answer = Literal["yes", "no", "partly", "not applicable"]


@dataclass(frozen=True)
class Reply:
    """What is answered.

    Attributes:
        answer: in a word.
        because: one sentence.
        file: what shows it, relative to results/<experiment> and part of the crate; None where no
            file does, as where nothing was done.
    """

    answer: Answer
    because: str
    file: str | None = None


Computed = Callable[[ReportSources], Reply]


def relative(path: Path, sources: ReportSources) -> str:
    """A file as a link of the page."""
    return path.relative_to(sources.root).as_posix()
