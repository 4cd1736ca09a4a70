"""The scores of a localization run, read once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from methods.box_protocols import BoxProtocol
from methods.errors import InputError
from methods.evaluation.localization import read_metrics
from methods.evaluation.threshold_choice import Choice, read_choice
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.protocol_names import by_name
from methods.reporting.sources import DatasetSources


@dataclass(frozen=True)
class Scored:
    """One run with one seed.

    Attributes:
        files: of the run.
        metrics: the metrics document of each protocol, in the order of the experiment.
        choices: how the threshold of a protocol was chosen; none where it is given.
    """

    files: LocalizationSources
    metrics: Mapping[str, Mapping[str, Any]]
    choices: Mapping[str, Choice]

    def by_protocol(self) -> Iterator[tuple[str, BoxProtocol, Mapping[str, Any]]]:
        """Name, protocol and scores of each protocol."""
        for name, protocol in self.files.protocols.items():
            yield name, protocol, self.metrics[name]

    @property
    def key(self) -> tuple[str, int]:
        """Run and seed, as the first cells of a row."""
        return self.files.run, self.files.seed

    def threshold(self, protocol: str) -> float:
        """The threshold that a protocol's boxes were read at."""
        return float(self.metrics[protocol]["protocol"]["threshold"])


Seeds = Sequence[Scored]  # one run with each of its seeds


@dataclass(frozen=True)
class ScoredControls:
    """The controls of one data set.

    Attributes:
        dataset: which it is.
        metrics: the metrics document of each control.
    """

    dataset: DatasetSources
    metrics: Mapping[str, Mapping[str, Any]]


def read_scored(files: LocalizationSources) -> Scored:
    """Read the scores of every protocol, and how its threshold was chosen.

    Raises:
        InputError: a file is missing or broken, a metrics file is not that of the counts beside it,
            or has another threshold than was chosen.
    """
    metrics = {name: read_metrics(files.metrics(split, name)) for split, name in files.scored()}
    choices = {}
    for name, protocol in files.protocols.items():
        path = files.threshold(name)
        if path is None:
            continue
        choices[name] = read_choice(path, name, protocol)
        scored, chosen = metrics[name]["protocol"]["threshold"], choices[name].threshold
        if scored != chosen:
            raise InputError(
                files.metrics(protocol.split, name),
                f"the threshold {scored}",
                f"{chosen}, which {path} chose",
                "delete both and report.html and run again, which chooses and scores again",
            )
    return Scored(files, metrics, choices)


def read_controls(dataset: DatasetSources) -> ScoredControls:
    """Read the scores of every control of a data set.

    Raises:
        InputError: a metrics file is missing, broken, or not that of the counts beside it.
    """
    return ScoredControls(dataset, {name: read_metrics(path) for name, path in dataset.controls})


def protocols_of(runs: Sequence[Seeds]) -> dict[str, BoxProtocol]:
    """The protocols of all runs by their names."""
    return by_name((seeds[0].files.run, seeds[0].files.protocols) for seeds in runs)


def thresholds_taken(seeds: Seeds, protocol: str) -> list[float]:
    """The threshold of a protocol with each seed."""
    return [seed.threshold(protocol) for seed in seeds]


def mean_rate(seeds: Seeds, protocol: str, rate: str) -> float:
    """Mean of a rate over the seeds, percent."""
    return fmean(seed.metrics[protocol][rate] for seed in seeds)


def interval(metrics: Mapping[str, Any], rate: str) -> tuple[float, float]:
    """95 % interval of a rate over the images, percent: binomial (Wilson), as verdicts quote it."""
    low, high = metrics["intervals_95"][rate]["binomial"]
    return low, high
