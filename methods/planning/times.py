"""How long the steps take, from the work that they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from methods.planning.step import Step

THREADS = 8  # that a rule takes at most (MANY in rules/common.smk)
DAY = 86400.0  # seconds
TOO_LONG = 3 * DAY  # one training of so long is no use

# One published training, of 372 minutes on an RTX 3090: 10 validations of about 6 minutes each over
# 1,449 images, and 20,000 iterations with a batch of 4. An image is 972 GMAC in training, 799 in a
# validation. The cost module of each method says what this is to it.
_GPU_LEARNING = 20_000 * 4 * 972e9 / ((372 - 10 * 6) * 60)  # MAC/s
_GPU_PASSES = 1449 * 799e9 / (6 * 60)  # MAC/s
# A training image of the same network, ViT-B at 448 x 448, took a core of a busy server 38 s.
_CPU = 972e9 / 38  # MAC/s a core


@dataclass(frozen=True)
class Machine:
    """What the steps run on.

    Attributes:
        gpu: whether a GPU answers.
        cores: of the call.
        deterministic: whether a process of a training on the CPU computes with one thread.
    """

    gpu: bool
    cores: int
    deterministic: bool = True

    def network_seconds(self, step: Step) -> float:
        """Of what the network does in a step; one job at a time holds the GPU.

        On the CPU several trainings with one thread each keep the cores as busy as one with many.
        What several processes lose by waiting for each other is not known, and not counted.
        """
        if self.gpu:
            return step.macs / (_GPU_LEARNING if step.learns else _GPU_PASSES) / step.processes
        return step.macs / (_CPU * min(self.cores, THREADS))

    def at_once(self, trainings: int) -> int:
        """How many of so many trainings run beside each other: one on the GPU, or one a thread."""
        return min(self.cores, trainings) if self.deterministic and not self.gpu else 1

    def alone(self, step: Step) -> float:
        """Seconds of a step beside which no other one runs."""
        single = self.deterministic and step.learns and not self.gpu
        cores = min(self.cores, step.processes)
        return replace(self, cores=cores).seconds(step) if single else self.seconds(step)

    def seconds(self, step: Step) -> float:
        """Of a step, its share of all cores included."""
        return self.network_seconds(step) + step.core_seconds / self.cores


@dataclass(frozen=True)
class TimeRow:
    """Jobs of one kind, and how long all of them take together, in seconds."""

    name: str
    jobs: int
    seconds: float


def time_rows(steps: Iterable[Step], machine: Machine) -> list[TimeRow]:
    """The kinds of steps that take long, in the order of the chain."""
    groups: dict[str, list[float]] = {}
    for step in steps:
        if step.macs or step.core_seconds:
            groups.setdefault(step.name, []).append(machine.seconds(step))
    return [TimeRow(name, len(times), sum(times)) for name, times in groups.items()]


def longest_training(steps: Sequence[Step], machine: Machine) -> float:
    """Seconds of the longest training; 0 where there is none."""
    return max((machine.alone(step) for step in steps if step.learns), default=0.0)


def feasible(steps: Sequence[Step], machine: Machine) -> bool:
    """Whether no training takes so long that it is no use; where there is a GPU, none does."""
    return machine.gpu or longest_training(steps, machine) < TOO_LONG
