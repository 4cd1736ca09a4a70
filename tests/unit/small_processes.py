"""Small trainings of both methods by the script of the rule, in several processes."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
import yaml

from methods.cdtr import training as cdtr
from methods.data.files import sha256, write_json
from methods.errors import StoppedError
from methods.more import training as more
from methods.training.checkpoints import GivenWeights
from methods.training.processes import Processes, joined, meeting_point
from tests.unit import small_cdtr_run, small_run
from tests.unit.small_trainings import ITERATIONS, at_row, send
from workflow_scripts.job import Job
from workflow_scripts.train_process import train


def small_job(method: str, folder: Path, gpus: int, **training: Any) -> Job:
    """A job of train_model on the CPU, its description written, in a folder of its own.

    Args:
        method: more or cdtr.
        folder: for all files of the job; made where it is missing.
        gpus: of the run.
        training: what differs in the settings of the training.
    """
    (folder / "train").mkdir(parents=True)
    small = small_run if method == "more" else small_cdtr_run
    run = {**small.small_run(), "gpus": gpus}
    run["training"] |= {"iterations": ITERATIONS} if method == "more" else {}
    run["training"] |= training
    resolve = more.resolve if method == "more" else cdtr.resolve
    index = small.write_images(folder)
    resolved = resolve(run=run, classes=small.CLASSES, index=index, seed=0, device="cpu")
    text = yaml.safe_dump({**resolved, "method": method})
    (folder / "resolved.yaml").write_text(text, encoding="utf-8")
    weights = small.write_backbone(folder / "vit.pt")
    write_json(folder / "card.json", {"sha256": sha256(weights)})
    write_json(folder / "manifest.json", {})
    given = {name: folder / f"{name}.json" for name in ("manifest", "card")}
    guide = small_cdtr_run.write_guide(folder / "clip.pt") if method == "cdtr" else None
    job = Job(
        rule="train_model",
        input={
            "resolved": folder / "resolved.yaml",
            "index": index,
            "guide_card": [] if guide is None else _card(guide, folder / "guide.json"),
            **given,
        },
        output={"done": folder / "train/done.json"},
        params={
            "images": str(folder),
            "weights": str(weights),
            "guide": None if guide is None else str(guide.path),
            "code": "1a",
        },
        wildcards={},
        threads=1,
        device="cpu",
        local_files={},
        states={"minutes": None, "iterations": 2, "keep": 2},
        guards={},
        log=folder / "log",
    )
    job.write()
    return job


@contextmanager
def after_lines(
    folder: Path, count: int, act: Callable[[Sequence[psutil.Process]], None]
) -> Iterator[None]:
    """In a block: once the journal has so many lines, do something with the training processes.

    Args:
        folder: of the job.
        count: lines of iterations.
        act: is given the processes by rank.
    """

    def watch() -> None:
        journal = folder / "train/journal.unfinished.csv"
        while not over.wait(0.005):
            if journal.is_file() and journal.read_bytes().count(b"\n") > count:
                act(training_processes(folder))
                return

    over = threading.Event()
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def training_processes(folder: Path) -> list[psutil.Process]:
    """Those that train in a folder, by rank."""
    description = str(folder / "log.job.json")
    ranks: dict[str, psutil.Process] = {}
    for process in psutil.process_iter():
        _, _, behind = _command(process).partition(f"train_process {description} ")
        if behind:
            ranks[behind.split()[0]] = process
    return [ranks[rank] for rank in sorted(ranks)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # ended in between
        return ""


def _card(guide: GivenWeights, path: Path) -> Path:
    write_json(path, {"sha256": sha256(guide.path), "network": guide.network})
    return path


def together(
    function: Callable[..., None], count: int, *arguments: Any, codes: Sequence[int] = (0, 0)
) -> None:
    """Call a function in several processes that have joined, with these first and the arguments.

    Args:
        function: of a module.
        count: how many processes.
        arguments: of every call.
        codes: what the processes are to end with.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.unit.small_trainings", "tests.unit.small_processes"])
    meeting = meeting_point()
    children = [
        context.Process(target=_join, args=(rank, count, meeting.port, function, arguments))
        for rank in range(count)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == list(codes[:count])


def _join(
    rank: int, count: int, port: int, function: Callable[..., None], arguments: Sequence[Any]
) -> None:
    torch.set_num_threads(1)
    with joined(rank, count, port, torch.device("cpu")) as processes:
        function(processes, *arguments)


def train_job(processes: Processes, job: Job, stop_behind: int | None = None) -> None:
    """Train as one of the processes of a job.

    Args:
        processes: that have joined.
        job: of `small_job`.
        stop_behind: line of the journal, from 0, behind which the first process is asked to stop.
    """
    with pytest.MonkeyPatch.context() as patch:
        if stop_behind is None:
            train(job, processes)
        else:
            at_row(patch, stop_behind, send(signal.SIGTERM))
            with pytest.raises(StoppedError, match=f"SIGTERM after {stop_behind + 1} iterations"):
                train(job, processes)


def trained(method: str, folder: Path, gpus: int, **training: Any) -> Path:
    """Train a job in so many processes and return the folder of the training."""
    job = small_job(method, folder, gpus, **training)
    together(train_job, gpus, job)
    return Path(job.output["done"].parent)
