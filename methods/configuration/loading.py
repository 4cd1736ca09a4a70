"""The configuration of a call: config.yaml, what the command line changes, and the experiment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.configuration.checks import check_experiment
from methods.configuration.experiments import file_name, merge, read_experiment
from methods.configuration.schema import check_schema
from methods.configuration.storage import check_local_files, require_writable
from methods.errors import InputError
from methods.yaml_files import read_scalar, read_yaml

_ROOTS = ("results", "data", "weights")  # folders that `storage` names


@dataclass(frozen=True)
class Configuration:
    """Everything that the rules read, validated.

    Attributes:
        name: of the experiment.
        file: of the experiment.
        experiment: its content, with all that it builds on.
        seeds: of the trainings.
        results: folder of this experiment's results.
        data: storage root of archives and data sets.
        weights: storage root of backbones.
        local_files: archives and weights that lie in places of their own, by name.
        device: auto, cpu or cuda.
        deterministic: auto, true or false; see `methods.training.determinism`.
        states: when a training saves its state, and how many it keeps.
        guards: what stops a training.
        rehearse: iterations above which a training starts behind its rehearsal; None for none.
        preflight: refuse or warn, where the machine has less than a call needs.
        strict: whether a call that makes the report fails where a claim is not met.
    """

    name: str
    file: Path
    experiment: Mapping[str, Any]
    seeds: tuple[int, ...]
    results: Path
    data: Path
    weights: Path
    local_files: Mapping[str, Path]
    device: str
    deterministic: str
    states: Mapping[str, Any]
    guards: Mapping[str, Any]
    rehearse: int | None
    preflight: str
    strict: bool

    @property
    def deterministic_on_cpu(self) -> bool:
        """Whether what learns on the CPU is deterministic, and so has one thread.

        As `methods.training.determinism` has it, which needs torch.
        """
        return self.deterministic != "false"


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
    config = merge(read_yaml(project / "config.yaml"), _with_scalars(overrides))
    where = "config.yaml and --config" if overrides else "config.yaml"
    check_schema(config, schema, "config", where)
    name = config["experiment"]
    experiment = read_experiment(project, name, f"{where}, experiment")
    check_experiment(experiment, project, file_name(name))
    roots = {key: _expanded(config["storage"][key], f"{where}, storage.{key}") for key in _ROOTS}
    local_files = {
        file: _expanded(path, f"{where}, storage.local.{file}")
        for file, path in (config["storage"].get("local") or {}).items()
    }
    check_local_files(local_files, experiment, f"{where}, storage.local")
    results = roots["results"] / name
    for key, folder in {**roots, "results": results}.items():
        require_writable(folder, f"{where}, storage.{key}")
    return Configuration(
        name=name,
        file=project / file_name(name),
        experiment=experiment,
        seeds=tuple(config["seeds"] or experiment["seeds"]),
        results=results,
        data=roots["data"],
        weights=roots["weights"],
        local_files=local_files,
        device=config["device"],
        deterministic=str(config["deterministic"]).lower(),
        states=config["states"],
        guards=config["guards"],
        rehearse=None if config["rehearse"] == "never" else config["rehearse"],
        preflight=config["preflight"],
        strict=config["strict"],
    )


def _with_scalars(overrides: Any) -> Any:
    """Values of the command line; Snakemake leaves true, false and what lists hold as text.

    So it does with numbers and null in blocks, of which those of `storage` are text.
    """
    if overrides in ("true", "false"):
        return overrides == "true"
    if isinstance(overrides, Mapping):
        return {
            key: {name: _plain(value) for name, value in block.items()}
            if isinstance(block, Mapping) and key != "storage"
            else _with_scalars(block)
            for key, block in overrides.items()
        }
    if isinstance(overrides, list):
        return [_plain(item) for item in overrides]
    return overrides


def _plain(value: Any) -> Any:
    return read_scalar(value) if isinstance(value, str) else value


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
