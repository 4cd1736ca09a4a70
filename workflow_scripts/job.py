"""The hinge between a rule and the code that it runs.

A script ends with `run(main, globals().get("snakemake"))`. Under Snakemake the job's values come
from the rule; by hand, from the description that every run leaves beside its log:

    python -m workflow_scripts.train_model results/mini/logs/train_model/more.seed0.log.job.json
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from threadpoolctl import threadpool_limits

from methods.card_locks import hold_cards
from methods.data.files import make_folder, read_json, write_json
from methods.job_locks import sole_process
from methods.layout import results_of
from methods.registry import entries
from methods.registry.records import Attempt
from methods.seals import break_seals, seal
from methods.threads import thread_variables
from workflow_scripts.failures import Reporter, say
from workflow_scripts.log_lines import stamp
from workflow_scripts.terminal import write_to


@dataclass(frozen=True)
class Job:
    """What a rule says about one of its jobs.

    Attributes:
        rule: name of the rule.
        input: paths by name; a list where the rule gives several under one name.
        output: paths by name.
        params: plain values by name.
        wildcards: text by name.
        threads: how many threads or processes may compute at the same time.
        device: auto, cpu or cuda; auto for rules that do not ask.
        log: the job's log.
        local_files: files that the user keeps in places of their own, by name; none for rules that
            do not ask.
        states: when a training saves its state, and how many it keeps; see `Keeping`.
        gpus: how many GPUs the job holds.
        deterministic: auto, true or false; auto for rules that do not ask.
        guards: what stops a training; see `Limits`.
        gallery: the images that the page shows of a run: their `ids` and `split`; none for rules
            that do not ask.
    """

    rule: str
    input: Mapping[str, Any]
    output: Mapping[str, Any]
    params: Mapping[str, Any]
    wildcards: Mapping[str, str]
    threads: int
    device: str
    log: Path
    local_files: Mapping[str, Path] = field(default_factory=dict)
    states: Mapping[str, Any] = field(default_factory=dict)
    gpus: int = 0
    deterministic: str = "auto"
    guards: Mapping[str, Any] = field(default_factory=dict)
    gallery: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_snakemake(cls, snakemake: Any) -> "Job":
        """Take the values from the object that Snakemake puts into a script."""
        return cls(
            rule=snakemake.rule,
            input=_paths(dict(snakemake.input.items())),
            output=_paths(dict(snakemake.output.items())),
            params=dict(snakemake.params.items()),
            wildcards=dict(snakemake.wildcards.items()),
            threads=snakemake.threads,
            device=snakemake.resources.get("device", "auto"),
            log=Path(snakemake.log[0]),
            local_files=_paths(json.loads(snakemake.resources.get("local_files", "{}"))),
            states=json.loads(snakemake.resources.get("states", "{}")),
            gpus=snakemake.resources.get("gpu", 0),
            deterministic=snakemake.resources.get("deterministic", "auto"),
            guards=json.loads(snakemake.resources.get("guards", "{}")),
            gallery=json.loads(snakemake.resources.get("gallery", "{}")),
        )

    @classmethod
    def read(cls, path: Path) -> "Job":
        """Take the values from the description of an earlier run; an older one has fewer."""
        values = read_json(path)
        groups = [group for group in ("input", "output", "local_files") if group in values]
        values |= {group: _paths(values[group]) for group in groups}
        return cls(**{**values, "log": Path(values["log"])})

    @property
    def description(self) -> Path:
        """Where `write` leaves it."""
        return Path(f"{self.log}.job.json")

    def write(self) -> None:
        """Leave the description beside the log."""
        plain = json.loads(json.dumps(asdict(self), default=str))
        write_json(self.description, plain)


def run(main: Callable[[Job], None], snakemake: Any, *, computes: bool = True) -> None:
    """Run a script's `main`, its output in the log, its mistakes in one sentence on the terminal.

    Where the job has GPUs, it first waits until they are free. While another process is at the same
    job, such as one whose Snakemake was killed, it is not begun.

    Args:
        main: the script's work.
        snakemake: the object that Snakemake puts into a script, or None by hand, when the first
            argument of the command line names the job's description.
        computes: whether `main` uses the GPUs, not only asks what they are.
    """
    sys.excepthook = say
    job = Job.from_snakemake(snakemake) if snakemake else Job.read(Path(sys.argv[1]))
    for path in (job.log, *job.output.values()):
        make_folder(path.parent)
    with sole_process(job.log):  # before the log of another one would be written over
        job.write()
        terminal = write_to(job.log)
        stamp(job.rule, "started")
        # Within the lock: another process must find written down how this one ended.
        with Reporter(job.rule, job.log, job.output.get("journal"), terminal) as reporter:
            reporter.attempt = attempt = _begin(job)
            _run(main, job, terminal, computes=computes)
            if attempt is not None:
                attempt.end("finished", None)
            stamp(job.rule, "finished")


def _run(main: Callable[[Job], None], job: Job, terminal: TextIO, *, computes: bool) -> None:
    """Call `main` with the job's threads and GPUs, and seal what it made."""
    os.environ.update(thread_variables(job.threads))
    threadpool_limits(limits=job.threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(job.threads)
    results = results_of(job.log)
    if results is not None:
        break_seals(results, job.output.values())
    with hold_cards(job.gpus if computes else 0, partial(_announce, job, terminal)):
        main(job)
    if results is not None:
        seal(results, job.output.values())


def _begin(job: Job) -> Attempt | None:
    """Enter the attempt into the registry; a job without output makes nothing to name."""
    if not job.output:
        return None
    facts = {name: getattr(job, name) for name in ("rule", "log", "wildcards", "params", "input")}
    return entries.begin(**facts, journal=job.output.get("journal"))


def _announce(job: Job, terminal: TextIO, text: str) -> None:
    """Say in the log and on the terminal why nothing goes on."""
    for stream in (sys.stdout, terminal):
        print(f"{job.rule}: {text}", file=stream)


def _paths(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Path(value) if isinstance(value, str) else [Path(item) for item in value]
        for name, value in values.items()
    }
