"""The scores of a localization run, read once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from methods.box_protocols import BoxProtocol
from methods.evaluation.localization import read_metrics
from methods.reporting.run_sources import LocalizationSources


@dataclass(frozen=True)
class Scored:
    """One run with one seed.

    Attributes:
        files: of the run.
        metrics: the metrics document of each protocol, in the order of the experiment.
    """

    files: LocalizationSources
    metrics: Mapping[str, Mapping[str, Any]]

    def by_protocol(self) -> Iterator[tuple[str, BoxProtocol, Mapping[str, Any]]]:
        """Name, protocol and scores of each protocol."""
        for name, protocol in self.files.protocols.items():
            yield name, protocol, self.metrics[name]

    @property
    def key(self) -> tuple[str, int]:
        """Run and seed, as the first cells of a row."""
        return self.files.run, self.files.seed


Seeds = Sequence[Scored]  # one run with each of its seeds


def read_scored(files: LocalizationSources) -> Scored:
    """Read the scores of every protocol.

    Raises:
        InputError: a metrics file is missing, broken, or not that of the counts beside it.
    """
    return Scored(files, {k: read_metrics(files.metrics(split, k)) for split, k in files.scored()})


def mean_rate(seeds: Seeds, protocol: str, rate: str) -> float:
    """Mean of a rate over the seeds, percent."""
    return fmean(seed.metrics[protocol][rate] for seed in seeds)


def interval(metrics: Mapping[str, Any], rate: str) -> tuple[float, float]:
    """95 % bootstrap interval of a rate over the images, percent."""
    low, high = metrics["intervals_95"][rate]["bootstrap"]
    return low, high
