"""What the table of sources says of the published files that an experiment names."""

from collections.abc import Mapping
from typing import Any

from methods.configuration.schema import nearest
from methods.data.sources import Source, read_sources
from methods.errors import InputError

PUBLISHED = "published"  # the value of `source`


def with_sources(experiment: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The experiment with size and digest beside the name of each published file.

    Args:
        experiment: valid by the schema.
        where: its file, for the sentence.

    Raises:
        InputError: a file is not in the table, or no digest of weights is known.
    """
    datasets = {
        name: _dataset(block, f"{where}, datasets.{name}.archives")
        for name, block in experiment["datasets"].items()
    }
    weights = {
        name: _weights(block, f"{where}, weights.{name}.file")
        for name, block in experiment["weights"].items()
    }
    return {**experiment, "datasets": datasets, "weights": weights}


def _dataset(block: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if block["source"] != PUBLISHED:
        return block
    archives = [_source(file, where).archive() for file in block["archives"]]
    return {**block, "archives": archives}


def _weights(block: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if block["source"] != PUBLISHED:
        return block
    prefix = _source(block["file"], where).sha256_prefix()
    if not prefix:
        found = f"{block['file']}, whose SHA-256 is not published"
        raise InputError(where, found, "weights with one", "take them as `source: local`")
    return {**block, "sha256_prefix": prefix}


def _source(file: str, where: str) -> Source:
    sources = read_sources()
    if file not in sources:
        raise InputError(
            where,
            f"{file!r}, which methods/data/sources.csv does not know",
            nearest(file, sources),
            "correct the name, or take your own file as `source: local`",
        )
    return sources[file]
