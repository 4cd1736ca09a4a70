"""The configuration of a call: config.yaml, what the command line changes, and the experiment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.configuration_checks import check_experiment
from methods.errors import InputError
from methods.schema import check_schema, nearest
from methods.storage import require_writable
from methods.yaml_files import read_scalar, read_yaml


@dataclass(frozen=True)
class Configuration:
    """Everything that the rules read, validated.

    Attributes:
        name: of the experiment.
        file: of the experiment.
        experiment: its content.
        seeds: of the trainings.
        results: folder of this experiment's results.
        data: storage root of archives and data sets.
        weights: storage root of backbones.
        device: auto, cpu or cuda.
    """

    name: str
    file: Path
    experiment: Mapping[str, Any]
    seeds: tuple[int, ...]
    results: Path
    data: Path
    weights: Path
    device: str


def load_configuration(project: Path, overrides: Mapping[str, Any]) -> Configuration:
    """Read and check config.yaml and the experiment that it names.

    Args:
        project: folder of the Snakefile.
        overrides: values of the command line (`--config`, `--configfile`); blocks are merged.

    Raises:
        InputError: the first thing that is wrong, with its file and key.
    """
    for place, folder in (("project folder", project), ("working directory", Path.cwd())):
        _refuse_braces(place, folder)
    schema = project / "config.schema.yaml"
    config = _merge(read_yaml(project / "config.yaml"), overrides)
    where = "config.yaml and --config" if overrides else "config.yaml"
    check_schema(config, schema, "config", where)
    name = config["experiment"]
    file = _experiment_file(project, name, where)
    experiment = read_yaml(file)
    place = str(file.relative_to(project))
    check_schema(experiment, schema, "experiment", place)
    check_experiment(experiment, project, place)
    roots = {
        key: _expanded(folder, f"{where}, storage.{key}")
        for key, folder in config["storage"].items()
    }
    results = roots["results"] / name
    for key, folder in {**roots, "results": results}.items():
        require_writable(folder, f"{where}, storage.{key}")
    return Configuration(
        name=name,
        file=file,
        experiment=experiment,
        seeds=tuple(config["seeds"] or experiment["seeds"]),
        results=results,
        data=roots["data"],
        weights=roots["weights"],
        device=config["device"],
    )


def _merge(base: Any, changes: Any) -> Any:
    """`changes` over `base`; blocks key by key, everything else as a whole.

    Snakemake leaves the entries of a list on the command line as text.
    """
    if isinstance(changes, list):
        return [read_scalar(item) if isinstance(item, str) else item for item in changes]
    if isinstance(base, Mapping) and isinstance(changes, Mapping):
        return {**base, **{key: _merge(base.get(key), value) for key, value in changes.items()}}
    return changes


def _refuse_braces(place: str, folder: Path) -> None:
    if {"{", "}"} & set(str(folder.absolute())):
        raise InputError(
            place,
            f"{folder.absolute()}",
            "a path without braces, which Snakemake takes for a wildcard",
            "move or rename the folder",
        )


def _expanded(folder: str, where: str) -> Path:
    """The folder, with the home folder of the user that a leading ~ names."""
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        raise InputError(
            where, f"{folder!r}, whose user is unknown", "a folder", "write its whole path"
        ) from None


def _experiment_file(project: Path, name: str, where: str) -> Path:
    file = project / "experiments" / f"{name}.yaml"
    if not file.is_file():
        known = [other.stem for other in file.parent.glob("*.yaml")]
        raise InputError(
            f"{where}, experiment",
            f"{name!r}, which has no file in experiments/",
            nearest(name, known),
            "correct the name or write the file",
        )
    return file
