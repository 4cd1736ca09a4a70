"""What a call will take, as a text for the terminal."""

from collections.abc import Sequence, Set
from dataclasses import replace
from pathlib import Path

from methods.configuration.loading import Configuration
from methods.planning.basis import TaskWords, memory_basis, task_words, time_bases
from methods.planning.disk import Disk, Part, disks, parts_to_write
from methods.planning.fetching import MissingFile, missing_files
from methods.planning.memory import gpu_memory, main_memory
from methods.planning.short import short_jobs
from methods.planning.step import Step
from methods.planning.steps import steps_to_run
from methods.planning.times import CPU_BASIS, Machine, feasible, longest_training, time_rows
from methods.terminal import GAP, table
from methods.training.checkpoints import is_trained
from methods.wording import counted, listed, size_text, time_text


def plan_text(configuration: Configuration, planned: Set[Path] | None, machine: Machine) -> str:
    """What must be fetched, and the disk, memory and time that are expected.

    Empty where nothing must be fetched and nothing large or long is to be made.

    Args:
        configuration: of the call.
        planned: absolute paths of the files that the call makes; None counts what is missing.
        machine: what it runs on.
    """
    missing = missing_files(configuration, planned)
    steps = steps_to_run(configuration, planned)
    parts = parts_to_write(configuration, missing, steps, planned)
    if not (missing or parts):
        return ""
    # Where a CPU will not do, what is said about memory and time is said about a GPU.
    possible = feasible(steps, machine)
    used = machine if possible else replace(machine, gpu=True)
    words = task_words(configuration)
    sections = [
        _fetching(missing),
        _disk(parts, disks(parts)),
        _memory(configuration, steps, used, words),
        _time([*steps, *short_jobs(configuration, planned)], used, words),
        [] if possible else [f"NOT FEASIBLE HERE: {too_slow(configuration, steps, machine)}."],
    ]
    trained = any(map(is_trained, configuration.experiment["runs"].values()))
    seeds = f" with {counted(len(configuration.seeds), 'seed')}" if trained else ""
    heading = f"What {configuration.name}{seeds} will take; ~ marks estimates"
    return "\n".join([heading, *("\n".join(["", *section]) for section in sections if section)])


def too_slow(configuration: Configuration, steps: Sequence[Step], machine: Machine) -> str:
    """Why the training is on a CPU, and how long one takes there."""
    why = "config.yaml says `device: cpu`" if configuration.device == "cpu" else "no GPU answers"
    seconds = time_text(longest_training(steps, machine))
    return f"{why}, and one training takes {seconds} on {_cores(machine)}"


def _fetching(missing: Sequence[MissingFile]) -> list[str]:
    if not missing:
        return ["Nothing has to be fetched."]
    rows = [("file", "size", "checked by", "fetched by", "into", "terms")]
    for file in missing:
        size = size_text(file.bytes, file.exact) if file.bytes else "unknown"
        checks = file.checked_by or "its first use"
        who = "YOU" if file.by_a_person else "the pipeline"
        terms = file.source.terms if file.source else "its publisher's"
        rows.append((file.path.name, size, checks, who, str(file.path.parent), terms))
    heading, *lines_of_files = table(rows, right={1})
    known = [file.bytes for file in missing if file.bytes]
    total = f"{'' if len(known) == len(missing) else 'at least '}{size_text(sum(known))}"
    by_hand = [file for file in missing if file.by_a_person]
    rest = f"; {counted(len(by_hand), 'file')} by you, before anything runs" if by_hand else ""
    lines = [f"To fetch: {counted(len(missing), 'file')}, {total}{rest}", heading]
    for line, file in zip(lines_of_files, missing, strict=True):
        lines += [line, f"{3 * GAP}{_origin(file)}"]
    return lines


def _origin(file: MissingFile) -> str:
    if file.source is None:
        return "from its publisher; the pipeline knows no address"
    remark = f" ({file.source.remark})" if file.by_a_person else ""
    return f"{file.source.version}; from {file.source.places[0]}{remark}"


def _disk(parts: Sequence[Part], on: Sequence[Disk]) -> list[str]:
    rows = [("disk", "to write", "folder")]
    rows += [(part.name, size_text(part.bytes), str(part.root)) for part in parts]
    lines = list(table(rows, right={1}))
    for disk in on:
        roots = ", ".join(map(str, disk.roots))
        free = f"{size_text(disk.needed)} of {size_text(disk.free, exact=True)} free"
        if disk.fits:
            lines.append(f"{GAP}{roots}: {free}")
        else:
            lines.append(f"{GAP}{roots}: {free} - DOES NOT FIT; see `storage` in config.yaml")
    return lines


def _memory(
    configuration: Configuration, steps: Sequence[Step], machine: Machine, words: TaskWords
) -> list[str]:
    main, gpu = main_memory(configuration, steps, machine), gpu_memory(steps)
    if not main:
        return []
    rows = [("main memory", size_text(main), words.held)]
    if gpu and machine.gpu:
        rows.append(("GPU memory", size_text(gpu), memory_basis(steps)))
    return list(table(rows, right={1}))


def _time(steps: Sequence[Step], machine: Machine, words: TaskWords) -> list[str]:
    rows = time_rows(steps, machine)
    if not rows:
        return []
    lines = [("time", "jobs", "together")]
    lines += [(row.name, str(row.jobs), time_text(row.seconds)) for row in rows]
    lines.append(("in all", "", time_text(sum(row.seconds for row in rows))))
    if machine.gpu:
        place = f"one RTX 3090 or a GPU like it, {words.on_cores} on {_cores(machine)}"
        bases = [*time_bases(steps), *_together(steps)]
    else:
        place = _cores(machine)
        bases = [CPU_BASIS]
    started = listed(["extraction", "checks", *words.start_only, "scores", "page"])
    rest = (
        f"downloads are not counted; of {started} only the start is: with many images each takes"
        " minutes"
    )
    return [
        *table(lines, right={1, 2}),
        *(f"{GAP}{line}" for line in (f"on {place}", *bases, rest)),
    ]


def _together(steps: Sequence[Step]) -> list[str]:
    """What is said of trainings on several GPUs."""
    if max(step.processes for step in steps) == 1:
        return []
    return ["a training on several GPUs holds all of them, and counts as so many times as fast"]


def _cores(machine: Machine) -> str:
    return counted(machine.cores, "core")
