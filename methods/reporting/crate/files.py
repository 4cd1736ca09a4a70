"""The files of a results folder that the crate describes, by their content."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from methods.data.files import sha256, unreadable
from methods.reporting.sources import ReportSources

METADATA = "ro-crate-metadata.json"
WORKFLOW = "workflow"  # the folder of the workflow's own files

# Media types as IANA has them; what is not here is plain text or bytes.
_FORMATS = {
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".npz": "application/zip",
    ".smk": "text/plain",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
    "": "text/plain",  # Snakefile, LICENSE
}
_BYTES = "application/octet-stream"


@dataclass(frozen=True)
class CrateFile:
    """A file in the crate.

    Attributes:
        root: folder of the crate.
        path: of the file, relative to it.
    """

    root: Path
    path: Path

    @property
    def format(self) -> str:
        """Its media type."""
        return _FORMATS.get(self.path.suffix, _BYTES)

    @property
    def size(self) -> int:
        """Its bytes."""
        try:
            return (self.root / self.path).stat().st_size
        except OSError as error:
            raise unreadable(self.root / self.path, error) from error

    @cached_property
    def digest(self) -> str:
        """Its SHA-256 as it lies there now, 64 hexadecimal digits."""
        return sha256(self.root / self.path)


def described_files(
    sources: ReportSources, checkpoints: Iterable[Path], tables: Path
) -> list[CrateFile]:
    """What the report was made of, the chosen checkpoints, the report, and the workflow's files.

    Archives and weights lie elsewhere: manifests and cards name them with their digests.

    Args:
        sources: the files of the experiment.
        checkpoints: the chosen checkpoint files; those outside the results folder are named in
            their checkpoint.json alone.
        tables: the folder of the report's tables.

    Returns:
        Each file once, in the order of the paths.
    """
    root = sources.root
    report = [root / "report.html", *tables.rglob("*")]
    workflow = (root / WORKFLOW).rglob("*")
    found = [*sources.required(), *checkpoints, *report, *workflow]
    inside = {path.relative_to(root) for path in found if path.is_relative_to(root)}
    return [CrateFile(root, path) for path in sorted(inside) if not (root / path).is_dir()]
