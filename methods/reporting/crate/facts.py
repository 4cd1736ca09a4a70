"""Named facts of a run: the code's state, the machines, the versions."""

from collections.abc import Iterator
from typing import TypeAlias

from methods.data.files import read_fields
from methods.provenance import Environment
from methods.reporting.energy import energy
from methods.reporting.sources import ReportSources

Fact: TypeAlias = tuple[str, str | int | float | bool]

_SHOWN = 20  # changed files by name; one that has more is not the commit at all


def code_facts(environment: Environment) -> Iterator[Fact]:
    """The commit, and whether the code differs from it."""
    if environment.commit is None or environment.changed is None:
        yield "git commit", "unknown: git does not answer"
        return
    changed = environment.changed
    yield "git commit", environment.commit
    yield "code differs from the commit", bool(changed)
    if changed:
        more = f", and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        yield "changed files", ", ".join(changed[:_SHOWN]) + more


def machine_facts(sources: ReportSources) -> Iterator[Fact]:
    """The machine that the report was written on, then those of the trainings."""
    here = sources.environment
    yield "report: host", here.host
    yield "report: system", here.system
    yield "report: processor", here.processor
    yield "report: cores", here.cores
    yield "report: GPUs", ", ".join(here.gpus) or "none"
    yield "report: GPU driver", here.driver or "none"
    yield "report: Python", here.python
    for name, version in here.packages:
        yield f"report: {name}", version
    for run in sources.runs:
        if run.trained:
            done = read_fields(run.done, {"machine": dict})
            for name, value in done["machine"].items():
                yield f"{run.name}: {name}", "none" if value is None else value
            hours, basis = energy(done)
            yield f"{run.name}: energy (Wh)", basis if hours is None else hours
