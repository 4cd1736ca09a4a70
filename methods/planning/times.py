"""How long the steps take, from the work that they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from methods.planning.step import Step

THREADS = 8  # that a rule takes at most
DAY = 86400.0  # seconds
TOO_LONG = 3 * DAY  # one training of so long is no use

# One published training, of 372 minutes on an RTX 3090: 10 validations of about 6 minutes each over
# 1,449 images, and 20,000 iterations with a batch of 4. An image is 972 GMAC in training, 799 in a
# validation. The cost module of each method says what this is to it.
_GPU_LEARNING = 20_000 * 4 * 972e9 / ((372 - 10 * 6) * 60)  # MAC/s
_GPU_PASSES = 1449 * 799e9 / (6 * 60)  # MAC/s
# Of a core. A training image of the same network, ViT-B at 448 x 448, took one of a busy server
# 38 s, which is 26e9; on a quiet machine mini's trainings, in bfloat16, had 34e9 to 61e9.
_CPU = 32e9  # MAC/s
CPU_BASIS = "scaled by the work, 32 GMAC/s a core, measured were 26 to 61: rough"


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
        cores = min(self.cores, step.processes)
        own = replace(self, cores=cores) if self._on_one_core(step) else self
        return own.seconds(step)

    def seconds(self, step: Step) -> float:
        """Of a step, its share of all cores included."""
        return (
            self.network_seconds(step)
            + step.core_seconds / self.cores
            + step.start / self._starting(step)
        )

    def _starting(self, step: Step) -> int:
        """How many such steps start beside each other."""
        if self._on_one_core(step):
            return self.cores
        return 1 if self.gpu and step.macs else max(1, self.cores // THREADS)

    def _on_one_core(self, step: Step) -> bool:
        """Whether a step takes one core, or one for each of its processes."""
        learning = self.deterministic and step.learns and not self.gpu
        return step.one_core or learning


@dataclass(frozen=True)
class TimeRow:
    """Jobs of one kind, and how long all of them take together, in seconds."""

    name: str
    jobs: int
    seconds: float


def time_rows(steps: Iterable[Step], machine: Machine) -> list[TimeRow]:
    """The kinds of steps whose time is counted, in the order of the chain.

    Each kind waits for the one before it. Where its steps keep only some of the cores busy, as one
    training does that has one core, it takes as long as the longest of them.
    """
    groups: dict[str, list[Step]] = {}
    for step in steps:
        if step.macs or step.core_seconds or step.start:
            groups.setdefault(step.name, []).append(step)
    return [
        TimeRow(
            name,
            len(group),
            max(sum(map(machine.seconds, group)), *map(machine.alone, group)),
        )
        for name, group in groups.items()
    ]


def longest_training(steps: Sequence[Step], machine: Machine) -> float:
    """Seconds of the longest training; 0 where there is none."""
    return max((machine.alone(step) for step in steps if step.learns), default=0.0)


def feasible(steps: Sequence[Step], machine: Machine) -> bool:
    """Whether no training takes so long that it is no use; where there is a GPU, none does."""
    return machine.gpu or longest_training(steps, machine) < TOO_LONG
