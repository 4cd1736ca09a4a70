"""The rules behind the results as a graph: which rule's files each of them read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter

from methods.reporting.jobs import JobRecord


@dataclass(frozen=True)
class RuleNode:
    """A rule.

    Attributes:
        name: of the rule.
        jobs: how many of its jobs are behind the results.
        seconds: wall time, summed over them.
    """

    name: str
    jobs: int
    seconds: float


@dataclass(frozen=True)
class RuleGraph:
    """Rules, and which reads files of which.

    Attributes:
        nodes: each rule after those that it reads from.
        edges: (a, b) where b reads a file of a; without those that a way through other rules says.
    """

    nodes: tuple[RuleNode, ...]
    edges: tuple[tuple[str, str], ...]


def build_graph(jobs: Sequence[JobRecord]) -> RuleGraph:
    """Join the jobs of each rule, and the rules by the files that they made and read.

    A job whose description is gone counts, but is joined to nothing.
    """
    read_from = _sources(jobs)
    order = list(TopologicalSorter(read_from).static_order())
    of_rule = {name: [job.seconds for job in jobs if job.rule == name] for name in order}
    nodes = [RuleNode(name, len(times), sum(times)) for name, times in of_rule.items()]
    return RuleGraph(tuple(nodes), tuple(_needed(read_from, order)))


def _sources(jobs: Iterable[JobRecord]) -> dict[str, list[str]]:
    """The rules that each rule reads from, all by their names."""
    maker = {path: job.rule for job in jobs for path in job.outputs}
    found: dict[str, set[str]] = {name: set() for name in sorted({job.rule for job in jobs})}
    for job in jobs:
        for path in job.inputs:
            makers = (maker[place] for place in (path, *path.parents) if place in maker)
            found[job.rule].update(set(makers) - {job.rule})
    return {name: sorted(sources) for name, sources in found.items()}


def _needed(
    read_from: Mapping[str, Sequence[str]], order: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """The edges that no longer way replaces."""
    before: dict[str, Set[str]] = {}
    for name in order:
        sources = read_from[name]
        implied = {far for source in sources for far in before[source]}
        before[name] = implied | set(sources)
        yield from ((source, name) for source in sources if source not in implied)
