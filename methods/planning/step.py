"""One job that writes much or takes long, and what it costs."""

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

FLOAT = 4  # bytes

# Seconds until a job works: Python starts and its libraries load, most of all torch (resolve_run,
# which does little else, took 3.7 s), and Snakemake selects and records it.
START, TORCH_START = 0.6, 4.0


@dataclass(frozen=True)
class Step:
    """One job.

    Attributes:
        name: what it does, as the table of times calls it.
        path: the file that it ends with.
        root: the storage root that it writes to.
        written: what it writes, as the table of sizes calls it.
        bytes: of what it writes.
        macs: multiply-accumulate operations of the network.
        learns: whether they are those of a training.
        core_seconds: of work on the CPU, of whatever the network does not.
        start: seconds until the job works; one of its cores is busy, its others wait.
        one_core: whether it takes one core, and not as many as a job may have.
        memory: bytes that a process of a training holds where the network is.
        network: bytes of the weights that a prediction or a validation loads.
        working: bytes that each of its processes on the CPU works with besides.
        processes: that train together, each on a GPU of its own where there are GPUs.
        passing: bytes that lie on the disk until the checkpoint is chosen, its states.
        method: whose network it is; empty where none is at work.
    """

    name: str
    path: Path
    root: Path
    written: str
    bytes: float
    macs: float = 0.0
    learns: bool = False
    core_seconds: float = 0.0
    start: float = 0.0
    one_core: bool = False
    memory: float = 0.0
    network: float = 0.0
    working: float = 0.0
    processes: int = 1
    passing: float = 0.0
    method: str = ""


def is_made(path: Path, planned: Set[Path] | None) -> bool:
    """Whether a file is to be made: it is planned or, where no plan is known, missing."""
    return not path.exists() if planned is None else path.absolute() in planned
