"""How much a call writes to each disk, and whether it fits."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.configuration.loading import Configuration
from methods.data.disk import existing_folder
from methods.data.siblings import part_file
from methods.data.sources import read_sources
from methods.planning.fetching import MissingFile, datasets_of
from methods.planning.pictures import masked_images, pictures_of
from methods.planning.step import Step, is_made

# What an archive holds where sources.csv does not know it: photographs hardly compress.
_UNPACKED = 1.1  # of its own size


@dataclass(frozen=True)
class Part:
    """One kind of files.

    Attributes:
        name: what they are.
        root: the folder that they come to lie in.
        bytes: in all.
    """

    name: str
    root: Path
    bytes: float


@dataclass(frozen=True)
class Disk:
    """A disk that is written to.

    Attributes:
        roots: the folders on it.
        needed: bytes.
        free: bytes.
    """

    roots: tuple[Path, ...]
    needed: float
    free: int

    @property
    def fits(self) -> bool:
        """Whether all that is to be written has room."""
        return self.needed <= self.free


def parts_to_write(
    configuration: Configuration,
    missing: Sequence[MissingFile],
    steps: Sequence[Step],
    planned: Set[Path] | None,
) -> list[Part]:
    """All that comes to lie on a disk, by kind and folder, in the order of the chain."""
    single = [Part("files to fetch", file.root, _left(file)) for file in missing]
    single += _data(configuration, planned)
    single += [Part(step.written, step.root, step.bytes) for step in steps]
    single += [Part("states of trainings", step.root, step.passing) for step in steps]
    sums: dict[tuple[str, Path], float] = {}
    for part in single:
        key = (part.name, part.root)
        sums[key] = sums.get(key, 0) + part.bytes
    return [Part(name, root, total) for (name, root), total in sums.items() if total]


def _left(file: MissingFile) -> int:
    """Bytes that are to come, behind those that an interrupted download has left."""
    part = part_file(file.path)
    return max((file.bytes or 0) - (part.stat().st_size if part.is_file() else 0), 0)


def disks(parts: Iterable[Part]) -> list[Disk]:
    """The disks that the parts come to lie on."""
    by_device: dict[int, list[Part]] = {}
    for part in parts:
        by_device.setdefault(existing_folder(part.root).stat().st_dev, []).append(part)
    return [
        Disk(
            roots=tuple(dict.fromkeys(part.root for part in on_disk)),
            needed=sum(part.bytes for part in on_disk),
            free=shutil.disk_usage(existing_folder(on_disk[0].root)).free,
        )
        for on_disk in by_device.values()
    ]


def _data(configuration: Configuration, planned: Set[Path] | None) -> Iterator[Part]:
    root = configuration.data
    for name, dataset in datasets_of(configuration).items():
        images = dataset["images"] * pictures_of(dataset).image_bytes
        generated = root / "generated" / name
        if dataset["source"] == "generated" and is_made(generated, planned):
            yield Part("archives", root, images)
        if is_made(root / "extracted" / name / "extraction.json", planned):
            yield Part("extracted", root, _unpacked(dataset, images) + _masks(dataset))


def _unpacked(dataset: Mapping[str, Any], images: float) -> float:
    if dataset["source"] == "generated":
        return images
    total = 0.0
    for archive in dataset["archives"]:
        published = dataset["source"] == "published"
        source = read_sources().get(archive["name"]) if published else None
        if source and source.about_unpacked:
            total += source.about_unpacked
        else:
            total += _UNPACKED * archive.get("bytes", 0)
    return max(total, images)


def _masks(dataset: Mapping[str, Any]) -> float:
    """Masks that the extraction derives."""
    return float(masked_images(dataset) * pictures_of(dataset).mask_bytes)
