"""One process of a training: the only one, or one of several that train together.

    python -m workflow_scripts.train_process DESCRIPTION RANK COUNT PORT ERROR

As one of several it is started by `methods.training.launching`, by the description that the job
leaves beside its log.
"""

import importlib
import sys
from pathlib import Path
from typing import Any

from methods.cards import visible_cards
from methods.errors import InputError, StoppedError
from methods.training.checkpoints import verified_guide, verified_weights
from methods.training.determinism import computing, is_deterministic
from methods.training.energy import Meter
from methods.training.guards import Limits
from methods.training.identity import identify
from methods.training.launched import end_with_launcher, report
from methods.training.processes import ALONE, Processes, joined
from methods.training.seeding import select_device
from methods.training.states import Keeping
from methods.training.watching import Watching
from methods.yaml_files import read_yaml
from workflow_scripts.job import Job


def main(description: str, rank: int, count: int, port: int, error: str) -> None:
    end_with_launcher()
    job = Job.read(Path(description))
    try:
        with joined(rank, count, port, select_device(job.device)) as processes:
            train(job, processes)
    except (InputError, StoppedError) as reason:
        report(Path(error), reason)
        sys.exit(1)


def train(job: Job, processes: Processes = ALONE) -> None:
    """Train, or go on.

    Args:
        job: of the rule.
        processes: that train together.

    Raises:
        InputError: something given is not as it must be.
        StoppedError: a signal asks to stop.
    """
    resolved = read_yaml(job.input["resolved"])
    method = importlib.import_module(f"methods.{resolved['method']}.training")
    guide = {}
    if job.params["guide"] is not None:
        guide["guide"] = verified_guide(job.input["guide_card"], Path(job.params["guide"]))
    device = select_device(job.device)
    with _meter(device.type, processes) as meter, computing(job.deterministic, device):
        method.train(
            run=resolved,
            classes=resolved["classes"],
            index=job.input["index"],
            images=Path(job.params["images"]),
            weights=verified_weights(job.input["card"], Path(job.params["weights"])),
            output=job.output["done"].parent,
            seed=resolved["seed"],
            device=job.device,
            keeping=Keeping(identity=_identity(job, resolved), **job.states),
            watching=Watching(limits=Limits(**job.guards), plan=resolved["derived"], meter=meter),
            processes=processes,
            **guide,
        )


def _meter(device: str, processes: Processes) -> Meter:
    """Of the cards of all processes, one each; the first process looks at them."""
    cards = [card for own in processes.gather(visible_cards()[:1]) for _, card in own]
    return Meter(cards if processes.first else [], device)


def _identity(job: Job, resolved: dict[str, Any]) -> dict[str, Any]:
    """What a saved state is held to; the cards hold the digests of the weights."""
    names = {"index": "index", "manifest": "manifest", "card": "weights", "guide_card": "guide"}
    files = {name: job.input[given] for given, name in names.items() if job.input.get(given)}
    device = select_device(job.device)
    return identify(
        resolved,
        files,
        code=job.params["code"],
        device=device.type,
        deterministic=str(is_deterministic(job.deterministic, device)).lower(),
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5])
