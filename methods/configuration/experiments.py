"""Experiment files: one may build on another, and a run on another run."""

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.configuration.published import with_sources
from methods.configuration.schema import check_schema, nearest
from methods.errors import InputError
from methods.yaml_files import read_yaml

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# Each of these is one thing: who states it states all of it.
_WHOLE = ("protocols", "formulation", "checkpoint")


def read_experiment(project: Path, name: str, where: str = "experiment") -> dict[str, Any]:
    """Read experiments/<name>.yaml with all that it builds on, switches and digests spelt out.

    `extends: other` takes over another experiment, whose blocks are merged key by key; `like: run`
    in a run takes over another run in the same way. Null takes a key away. Protocols, formulation
    and checkpoint are replaced as a whole.

    Args:
        project: folder of the Snakefile.
        name: of the experiment.
        where: what names it, for the sentence.

    Raises:
        InputError: no such experiment or run, a circle, or a file that is not as the schema says.
    """
    merged = _extended(project, name, where, ())
    runs = merged.get("runs") if isinstance(merged, dict) else None
    if isinstance(runs, dict):
        merged["runs"] = {run: _like(run, runs, file_name(name), ()) for run in runs}
    check_schema(merged, project / "config.schema.yaml", "experiment", file_name(name))
    completed = {**merged, "runs": {run: _complete(of) for run, of in merged["runs"].items()}}
    return with_sources(completed, file_name(name))


def file_name(name: str) -> str:
    """The experiment's file, relative to the project."""
    return f"experiments/{name}.yaml"


def experiment_files(project: Path, name: str) -> list[Path]:
    """The file of an experiment that was read, then those that it builds on, the nearest first."""
    files: list[Path] = []
    following: str | None = name
    while following is not None:
        files.append(project / file_name(following))
        following = read_yaml(files[-1]).get("extends")
    return files


def merge(base: Any, changes: Any) -> Any:
    """`changes` over `base`: blocks key by key, everything else as a whole."""
    if not (isinstance(base, Mapping) and isinstance(changes, Mapping)):
        return changes
    changed = {
        key: value if key in _WHOLE else merge(base.get(key), value)
        for key, value in changes.items()
    }
    return {**base, **changed}


def _extended(project: Path, name: str, where: str, above: tuple[str, ...]) -> Any:
    file = project / file_name(name)
    if not file.is_file():
        known = [other.stem for other in file.parent.glob("*.yaml")]
        raise InputError(
            where,
            f"{name!r}, which has no file in experiments/",
            nearest(name, known),
            "correct the name or write the file",
        )
    place = f"{file_name(name)}, extends"
    if name in above:
        circle = " -> ".join((*above, name))
        raise InputError(place, f"a circle, {circle}", "none", "let one of them stand alone")
    own: Any = read_yaml(file)
    if isinstance(own, dict) and "extends" in own:
        base = own.pop("extends")
        if not (isinstance(base, str) and _NAME.fullmatch(base)):
            raise InputError(place, f"{base!r}", "the name of an experiment", "correct it")
        own = _without_null(merge(_extended(project, base, place, (*above, name)), own))
    return own


def _like(name: str, runs: Mapping[str, Any], file: str, above: tuple[str, ...]) -> Any:
    """The run with all that it takes over."""
    place = f"{file}, runs.{name}.like"
    own = runs[name]
    if not isinstance(own, dict) or "like" not in own:
        return own
    other = own["like"]
    if not isinstance(other, str) or other not in runs:
        raise InputError(place, f"{other!r}", f"a run, {nearest(str(other), runs)}", "correct it")
    if other in above or other == name:
        circle = " -> ".join((*above, name, other))
        raise InputError(place, f"a circle, {circle}", "none", "let one of them stand alone")
    changes = {key: value for key, value in own.items() if key != "like"}
    return _without_null(merge(_like(other, runs, file, (*above, name)), changes))


def _without_null(values: Any) -> Any:
    """The same without keys of the value null, which stand for keys that are taken away."""
    if isinstance(values, Mapping):
        return {key: _without_null(value) for key, value in values.items() if value is not None}
    return values


def has_switches(method: str) -> bool:
    """Whether a method's formulas can be switched, which its module `formulation` spells out."""
    return (Path(__file__).parents[1] / method / "formulation.py").is_file()


def _complete(run: dict[str, Any]) -> dict[str, Any]:
    """The run with what its method fills in, where it fills in anything."""
    if not has_switches(run["method"]):
        return run
    completed: dict[str, Any] = importlib.import_module(
        f"methods.{run['method']}.formulation"
    ).complete(run)
    return completed
