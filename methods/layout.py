"""The results tree of an experiment: where the files of runs, protocols and controls lie.

Every path is relative to the experiment's folder.
"""

from collections.abc import Mapping
from pathlib import Path

from methods.protocols import Protocol

LOGS = "logs"  # the folder of the jobs' logs
RECEIPTS = "receipts.json"  # what the evaluation servers said
REGISTRY = "registry"  # the folder of the records of attempts
SEALS = "seals"  # the folder of the digests of what the jobs wrote
TRAINING_RULE = "train_model"  # the rule whose attempts are trainings

# Controls of a data set, by the task of the runs that it is used for.
CONTROLS: Mapping[str, tuple[str, ...]] = {
    "segmentation": ("perfect", "all_background", "colour"),
    "localization": ("perfect", "full_image", "centre_box", "colour"),
}


def results_of(log: Path) -> Path | None:
    """Return the folder of the experiment that a job's log lies in; None if it lies in none."""
    return next((folder.parent for folder in log.parents if folder.name == LOGS), None)


def run_folder(run: str, seed: int | str) -> str:
    """Return the folder of one run and seed."""
    return f"{run}/seed{seed}"


def metrics_file(run: str, seed: int | str, split: str, protocol: str) -> str:
    """Return the scores of one protocol: of its label maps, or of its boxes."""
    return f"{run_folder(run, seed)}/metrics/{split}.{protocol}.json"


def labels_index(run: str, seed: int | str, split: str, name: str, protocol: Protocol) -> str:
    """Return the index of the label maps of one protocol."""
    kind = "crf" if protocol.crf else "labels"
    return f"{run_folder(run, seed)}/{kind}/{split}.{name}/index.json"


def predictions_index(run: str, seed: int | str, split: str, protocol: Protocol) -> str:
    """Return the index of the stored network outputs that a protocol starts from."""
    folder = f"predictions/{split}.{protocol.resize}" if protocol.of_decoder else f"maps/{split}"
    return f"{run_folder(run, seed)}/{folder}/index.json"


def class_maps_index(run: str, seed: int | str, split: str) -> str:
    """Return the index of the stored logits and class maps of a localization run."""
    return f"{run_folder(run, seed)}/predictions/{split}/index.json"


def boxes_index(run: str, seed: int | str, split: str, rule: str) -> str:
    """Return the index of the boxes that one box rule makes of the class maps."""
    return f"{run_folder(run, seed)}/boxes/{split}.{rule}/index.json"


def threshold_file(run: str, seed: int | str, protocol: str) -> str:
    """Return the threshold that a protocol's split chose."""
    return f"{run_folder(run, seed)}/thresholds/{protocol}.json"


def validation_file(run: str, seed: int | str, split: str, iteration: int | str) -> str:
    """Return the scores of one checkpoint by the in-training protocol of the method."""
    return f"{run_folder(run, seed)}/validation/{split}.{iteration}.json"


def submission_file(run: str, seed: int | str) -> str:
    """Return the record of the package for the evaluation server."""
    return f"{run_folder(run, seed)}/submission/package.json"


def control_file(dataset: str, split: str, control: str) -> str:
    """Return the metrics of a control, in the format of a metrics file."""
    return f"controls/{dataset}/{split}.{control}.json"
