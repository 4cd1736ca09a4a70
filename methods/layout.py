"""The results tree of an experiment: which stages and controls there are, where their files lie.

Every path is relative to the experiment's folder.
"""

SEGMENTATION_STAGES = ("raw", "multiscale", "crf")
SEED_STAGES = ("cam", "aux_cam", "lam")
CONTROLS = ("perfect", "all_background", "colour")


def run_folder(run: str, seed: int | str) -> str:
    """Return the folder of one run and seed."""
    return f"{run}/seed{seed}"


def metrics_file(run: str, seed: int | str, split: str, stage: str) -> str:
    """Return the metrics of the label maps of one stage."""
    return f"{run_folder(run, seed)}/metrics/{split}.{stage}.json"


def labels_index(run: str, seed: int | str, split: str, stage: str) -> str:
    """Return the index of the label maps of one stage."""
    folder = f"crf/{split}" if stage == "crf" else f"labels/{split}.{stage}"
    return f"{run_folder(run, seed)}/{folder}/index.json"


def control_file(dataset: str, split: str, control: str) -> str:
    """Return the metrics of a control, in the format of a metrics file."""
    return f"controls/{dataset}/{split}.{control}.json"
