# What page and crate are made of.

from methods.layout import REGISTRY
from methods.registry.trainings import unshown_trainings
from workflow_scripts.start import check_folders

# Also the input of the target: Snakemake makes nothing that is missing only behind a page that is
# there, so that a deleted score would stay unnoticed.
SHOWN = dict(
    published=published_settings(),
    verdicts=f"{RESULTS}/verdicts.json",
    receipts=f"{RESULTS}/receipts.json",
    packages=all_packages,
    manifests=of_datasets("manifest.json"),
    indices=of_datasets("index.csv"),
    checks=of_datasets("checks.json"),
    controls=all_controls,
    cards=all_cards,
    resolved=of_trainings("resolved.yaml"),
    journals=of_trainings("train/journal.csv"),
    done=of_trainings("train/done.json"),
    checkpoints=of_runs("checkpoint.json"),
    validations=all_validations,
    boxes=all_box_files,
    metrics=all_metrics,
    counts=counts_of_images,
    cross_checks=of_segmentations("metrics/cross_check.json"),
)


def nothing_where_folders_are_whole(wildcards):
    """No file; but a sentence where a folder lacks one, which no hook says if no job has to run.

    Snakemake lets SystemExit out of an input function, and nothing else.
    """
    try:
        check_folders(workflow, RESULTS)
    except InputError as error:
        sys.exit(str(error))
    return []


def unshown(wildcards):
    """Parameter: the records of finished trainings that the experiment does not name.

    No rule knows the registry; with a training that is left out the page is made again and tells.
    """
    registry = RESULTS / REGISTRY
    shown = {(run, str(seed)) for run, seed in runs_and_seeds()}
    found = unshown_trainings(registry, shown)
    return [attempt.file.relative_to(registry).as_posix() for attempt in found]
