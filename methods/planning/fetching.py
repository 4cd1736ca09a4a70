"""Files that the pipeline does not make and that are not there yet."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.configuration.loading import Configuration
from methods.data.first_use import checked_by
from methods.data.sources import Source, read_sources
from methods.planning.step import is_made
from methods.training.checkpoints import is_trained
from methods.weights.used import weights_of


@dataclass(frozen=True)
class MissingFile:
    """A file to fetch.

    Attributes:
        path: where it belongs.
        root: the storage root of that place.
        bytes: its size; None where nobody has stated it.
        exact: whether the size is the publisher's own.
        checked_by: what the pipeline compares.
        source: where it comes from; None where that is not known.

    A person has to fetch what lies behind a login, and what has no source.
    """

    path: Path
    root: Path
    bytes: int | None
    exact: bool
    checked_by: str
    source: Source | None

    @property
    def by_a_person(self) -> bool:
        """Whether the pipeline cannot fetch it."""
        return self.source is None or self.source.by_a_person


def missing_files(configuration: Configuration, planned: Set[Path] | None) -> list[MissingFile]:
    """The missing files that the call reads: archives, weights and given checkpoints.

    Args:
        configuration: of the call.
        planned: absolute paths of the files that the call makes; None counts what is missing.
    """
    wanted = [
        *_archives(configuration, planned),
        *_weights(configuration, planned),
        *_checkpoints(configuration, planned),
    ]
    distinct = {file.path: file for file in wanted}
    here = configuration.local_files
    return [
        file for file in distinct.values() if not (file.path.is_file() or file.path.name in here)
    ]


def datasets_of(configuration: Configuration) -> dict[str, Mapping[str, Any]]:
    """The data sets that a run uses, by name."""
    used = {run["dataset"] for run in configuration.experiment["runs"].values()}
    datasets = configuration.experiment["datasets"]
    return {name: datasets[name] for name in datasets if name in used}


def _archives(configuration: Configuration, planned: Set[Path] | None) -> Iterator[MissingFile]:
    for name, dataset in datasets_of(configuration).items():
        folder = configuration.data / "archives" / name
        made_of_them = (
            folder / "verified.json",
            configuration.data / "extracted" / name / "extraction.json",
        )
        if dataset["source"] != "generated" and any(
            is_made(path, planned) for path in made_of_them
        ):
            source = _source_of(dataset)
            for archive in dataset["archives"]:
                path = folder / archive["name"]
                yield _file(path, configuration.data, archive, source(path.name))


def _weights(configuration: Configuration, planned: Set[Path] | None) -> Iterator[MissingFile]:
    entries = configuration.experiment["weights"]
    for name in sorted(weights_of(configuration.experiment["runs"].values())):
        entry = entries[name]
        card = configuration.results / "weights" / f"{name}.json"
        if "file" in entry and is_made(card, planned):
            path, digest = configuration.weights / entry["file"], {"sha256": entry["sha256_prefix"]}
            yield _file(path, configuration.weights, digest, _source_of(entry)(path.name))


def _checkpoints(configuration: Configuration, planned: Set[Path] | None) -> Iterator[MissingFile]:
    for name, run in configuration.experiment["runs"].items():
        checkpoint = run["checkpoint"]
        if not is_trained(run):
            chosen = configuration.results / name / f"seed{configuration.seeds[0]}/checkpoint.json"
            if is_made(chosen, planned):
                path = Path(checkpoint["path"])
                yield _file(path, path.parent, {"sha256": checkpoint["sha256"]}, None)


def _source_of(block: Mapping[str, Any]) -> Callable[[str], Source | None]:
    """Tells where a file of a data set or of weights comes from; a user's own is not published."""
    return read_sources().get if block["source"] == "published" else lambda name: None


def _file(
    path: Path, root: Path, declared: Mapping[str, Any], source: Source | None
) -> MissingFile:
    stated = declared.get("bytes") or (source and source.bytes)
    about = source.about_bytes if source else None
    return MissingFile(
        path=path,
        root=root,
        bytes=stated or about,
        exact=bool(stated),
        checked_by=", ".join(_checks(declared)),
        source=source,
    )


def _checks(declared: Mapping[str, Any]) -> Iterator[str]:
    """What is compared, in words."""
    if "bytes" in declared:
        yield "size"
    if "md5" in declared:
        yield "md5"
    if "sha256" in declared:
        yield checked_by(declared["sha256"])
