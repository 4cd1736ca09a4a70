"""What a call will take, as a text for the terminal."""

from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from methods.configuration.loading import Configuration
from methods.planning.basis import TaskWords, memory_basis, task_words, time_bases
from methods.planning.disk import Disk, Part, disks, parts_to_write
from methods.planning.fetching import MissingFile, missing_files
from methods.planning.memory import gpu_memory, main_memory
from methods.planning.step import Step
from methods.planning.steps import steps_to_run
from methods.planning.times import DAY, TOO_LONG, Machine, longest_training, time_rows

_GAP = "  "


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
    on_cpu = longest_training(steps, machine)
    # Where a CPU will not do, what is said about memory and time is said about a GPU.
    feasible = machine.gpu or on_cpu < TOO_LONG
    used = machine if feasible else Machine(gpu=True, cores=machine.cores)
    words = task_words(configuration)
    sections = [
        _fetching(missing),
        _disk(parts, disks(parts)),
        _memory(configuration, steps, used, words),
        _time(steps, used, words),
        [] if feasible else [_warning(configuration, on_cpu, machine)],
    ]
    seeds = _counted(configuration.seeds, "seed")
    heading = f"What {configuration.name} with {seeds} will take; ~ marks estimates"
    return "\n".join([heading, *("\n".join(["", *section]) for section in sections if section)])


def size_text(count: float, exact: bool = False) -> str:
    """Bytes in decimal units, with two digits; an estimate has a ~ in front."""
    unit, name = next(((u, n) for u, n in ((1e9, "GB"), (1e6, "MB")) if count >= u), (1e3, "kB"))
    return f"{'' if exact else '~'}{_two_digits(count / unit)} {name}"


def time_text(seconds: float) -> str:
    """An estimated time, with two digits at most."""
    if seconds >= 3 * DAY:
        return f"~{_two_digits(seconds / DAY)} days"
    if seconds >= 5400:
        return f"~{_two_digits(seconds / 3600)} h"
    return f"~{round(seconds / 60)} min" if seconds >= 60 else "<1 min"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{float(f'{value:.2g}'):.0f}"


def _table(rows: Sequence[Sequence[str]], right: Set[int]) -> Iterator[str]:
    """Aligned lines; the columns in `right` end at the same place."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"{_GAP}{_GAP.join(cells)}".rstrip()


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
    heading, *table = _table(rows, right={1})
    known = [file.bytes for file in missing if file.bytes]
    total = f"{'' if len(known) == len(missing) else 'at least '}{size_text(sum(known))}"
    by_hand = [file for file in missing if file.by_a_person]
    rest = f"; {_counted(by_hand, 'file')} by you, before anything runs" if by_hand else ""
    lines = [f"To fetch: {_counted(missing, 'file')}, {total}{rest}", heading]
    for line, file in zip(table, missing, strict=True):
        lines += [line, f"{3 * _GAP}{_origin(file)}"]
    return lines


def _origin(file: MissingFile) -> str:
    if file.source is None:
        return "from its publisher; the pipeline knows no address"
    remark = f" ({file.source.remark})" if file.by_a_person else ""
    return f"from {file.source.urls[0]}{remark}"


def _disk(parts: Sequence[Part], on: Sequence[Disk]) -> list[str]:
    rows = [("disk", "to write", "folder")]
    rows += [(part.name, size_text(part.bytes), str(part.root)) for part in parts]
    lines = list(_table(rows, right={1}))
    for disk in on:
        roots = ", ".join(map(str, disk.roots))
        free = f"{size_text(disk.needed)} of {size_text(disk.free, exact=True)} free"
        if disk.fits:
            lines.append(f"{_GAP}{roots}: {free}")
        else:
            lines.append(f"{_GAP}{roots}: {free} - DOES NOT FIT; see `storage` in config.yaml")
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
    return list(_table(rows, right={1}))


def _time(steps: Sequence[Step], machine: Machine, words: TaskWords) -> list[str]:
    rows = time_rows(steps, machine)
    if not rows:
        return []
    table = [("time", "jobs", "together")]
    table += [(row.name, str(row.jobs), time_text(row.seconds)) for row in rows]
    table.append(("in all", "", time_text(sum(row.seconds for row in rows))))
    if machine.gpu:
        place = f"one RTX 3090 or a GPU like it, {words.on_cores} on {_cores(machine)}"
        bases = time_bases(steps)
    else:
        place = _cores(machine)
        bases = ["scaled by the work from one timing of a ViT-B on one core: rough"]
    uncounted = ", ".join(("extraction", *words.uncounted, "scores and page"))
    rest = f"{uncounted} are not counted: minutes each"
    return [
        *_table(table, right={1, 2}),
        *(f"{_GAP}{line}" for line in (f"on {place}", *bases, rest)),
    ]


def _warning(configuration: Configuration, seconds: float, machine: Machine) -> str:
    why = "config.yaml says `device: cpu`" if configuration.device == "cpu" else "no GPU answers"
    training = f"one training takes {time_text(seconds)} on {_cores(machine)}"
    return f"NOT FEASIBLE HERE: {why}, and {training}."


def _cores(machine: Machine) -> str:
    return _counted(range(machine.cores), "core")


def _counted(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"
