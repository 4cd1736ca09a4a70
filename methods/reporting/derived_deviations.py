"""What followed from the settings of a training, where it is not what follows from the authors'."""

from collections.abc import Iterator, Mapping, Sequence
from math import isclose
from typing import Any

from methods.data.files import read_json
from methods.reporting.deviation_classes import DERIVED, DeviationClasses
from methods.reporting.deviations import (
    ABSENT,
    Deviation,
    authors_record,
    make_deviation,
    plain,
)
from methods.reporting.run_sources import RunSources
from methods.reporting.sources import seeds_of
from methods.yaml_files import read_yaml

_COUNTED = ("iterations", "images_seen", "distinct_images")  # by the training itself


def derived_deviations(
    runs: Sequence[RunSources],
    experiment: Mapping[str, Any],
    published: Mapping[str, Any],
    classes: DeviationClasses,
) -> Iterator[Deviation]:
    """Every value that the authors' record derives and a training recorded otherwise.

    Args:
        runs: every run with every seed; those that were not trained here have no such values.
        experiment: the experiment as a mapping.
        published: the records of the authors' settings, by the format of the data set.
        classes: of deviations.
    """
    for seeds in seeds_of([run for run in runs if run.trained]).values():
        name = seeds[0].run
        record = authors_record(experiment["runs"][name], experiment, published)
        theirs = {} if record is None else record.get(DERIVED, {})
        found = {run.seed: _recorded(run) for run in seeds} if theirs else {}
        for key, authors in theirs.items():
            here = {seed: values.get(key, ABSENT) for seed, values in found.items()}
            if not all(_same(authors, value) for value in here.values()):
                yield make_deviation(
                    name, f"{DERIVED}.{key}", plain(authors), _in_words(here), classes
                )


def _recorded(run: RunSources) -> dict[str, Any]:
    """What was derived before the training, and what the training counted."""
    done = read_json(run.done)
    derived: dict[str, Any] = read_yaml(run.resolved)[DERIVED]
    return {**derived, **{key: done[key] for key in _COUNTED}}


def _same(authors: float, here: float | str) -> bool:
    return not isinstance(here, str) and isclose(authors, here, rel_tol=1e-9)


def _in_words(here: Mapping[int, float | str]) -> str:
    """The value, or that of each seed where they differ."""
    if len({*here.values()}) == 1:
        return plain(next(iter(here.values())))
    return ", ".join(f"{plain(value)} (seed {seed})" for seed, value in here.items())
