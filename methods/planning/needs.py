"""What a call needs of this machine, beside what there is.

What is needed is estimated; `make plan` says what the estimates rest on. What there is, is asked.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from methods.cards import training_card, visible_cards
from methods.configuration.loading import Configuration
from methods.planning.available import installed_memory
from methods.planning.disk import Part, disks, parts_to_write
from methods.planning.fetching import missing_files
from methods.planning.memory import gpu_memory, main_memory
from methods.planning.step import Step
from methods.planning.steps import steps_to_run
from methods.planning.text import too_slow
from methods.planning.times import THREADS, Machine, feasible


@dataclass(frozen=True)
class Need:
    """One thing that a call needs, and how much of it there is.

    Attributes:
        what: disk, GPU, GPUs, GPU memory, main memory or cores.
        where: the folders, the card or the machine that has it.
        needed: bytes by estimate, or a count.
        available: bytes or a count; None where nobody says.
        fits: whether it is enough.
        counts: whether the two are counts.
        parts: what is written there, of a disk.
    """

    what: str
    where: str
    needed: float
    available: int | None
    fits: bool
    counts: bool = False
    parts: tuple[Part, ...] = ()


def needs(configuration: Configuration, planned: Set[Path] | None, machine: Machine) -> list[Need]:
    """What a call needs of the disks, the GPU, the main memory and the cores.

    Args:
        configuration: of the call.
        planned: absolute paths of the files that the call makes; None counts what is missing.
        machine: what it runs on; with a GPU where the configuration asks for one.
    """
    steps = steps_to_run(configuration, planned)
    missing = missing_files(configuration, planned)
    parts = parts_to_write(configuration, missing, steps, planned)
    return [
        *_space(parts),
        *_gpu(configuration, steps, machine),
        *_main_memory(configuration, steps, machine),
        *_cores(steps, machine),
    ]


def _space(parts: Sequence[Part]) -> Iterator[Need]:
    for disk in disks(parts):
        on_disk = tuple(part for part in parts if part.root in disk.roots)
        roots = ", ".join(map(str, disk.roots))
        yield Need("disk", roots, disk.needed, disk.free, disk.fits, parts=on_disk)


def _gpu(configuration: Configuration, steps: Sequence[Step], machine: Machine) -> Iterator[Need]:
    if not feasible(steps, machine):
        yield Need("GPU", too_slow(configuration, steps, machine), 1, 0, fits=False, counts=True)
    if not (machine.gpu and any(step.macs for step in steps)):
        return
    card, memory = training_card(), gpu_memory(steps)
    if card is None:
        where = f"`device: {configuration.device}`, and none answers"
        yield Need("GPU", where, 1, 0, fits=False, counts=True)
        return
    if (needed := max(step.processes for step in steps)) > 1:
        there = len(visible_cards())
        where = "as `gpus` of a run says"
        yield Need("GPUs", where, needed, there, fits=needed <= there, counts=True)
    if memory:
        fits = card.memory is None or memory <= card.memory
        yield Need("GPU memory", card.name, memory, card.memory, fits)


def _main_memory(
    configuration: Configuration, steps: Sequence[Step], machine: Machine
) -> Iterator[Need]:
    # Where a CPU will not do, it is a GPU that the network's share has to fit on.
    used = machine if feasible(steps, machine) else replace(machine, gpu=True)
    memory = main_memory(configuration, steps, used)
    if memory:
        there = installed_memory()
        yield Need("main memory", there.place, memory, there.bytes, memory <= there.bytes)


def _cores(steps: Sequence[Step], machine: Machine) -> Iterator[Need]:
    """For information: Snakemake gives a rule what there is."""
    if any(step.macs or step.core_seconds for step in steps):
        where = "as --cores says; a job takes no more"
        yield Need("cores", where, THREADS, machine.cores, fits=True, counts=True)
