# What there is and where it lies.

import json
import re

from methods.box_protocols import beyond_grid, read_box_protocols
from methods.layout import CONTROLS, run_folder
from methods.planning.machine import uses_gpu
from methods.planning.times import THREADS
from methods.protocols import decoder_scales, map_scales, read_protocols
from methods.rehearsal import MARK, original, rehearsals
from methods.training.sharing import process_count
from workflow_scripts.search_path import share_search_path

share_search_path(PROJECT)

HERE = Path(os.path.relpath(PROJECT))  # relative, so that a moved project makes nothing stale
RESULTS = CONFIG.results
RUN = f"{RESULTS}/{run_folder('{run}', '{seed}')}"
ARCHIVES = f"{CONFIG.data}/archives/{{dataset}}"
GENERATED = f"{CONFIG.data}/generated/{{dataset}}"
EXTRACTED = f"{CONFIG.data}/extracted/{{dataset}}"
RUNS = CONFIG.experiment["runs"]
DATASETS = sorted({run["dataset"] for run in RUNS.values()})
REHEARSALS = rehearsals(CONFIG.experiment)
ALL_RUNS = {**RUNS, **REHEARSALS.runs}
ALL_DATASETS = {**CONFIG.experiment["datasets"], **REHEARSALS.datasets}
TRAINED = [
    *("method", "task", "dataset", "train_split", "weights", "guide", "gpus"),
    *("network", "training", "formulation", "accept"),
]
PREDICTED = ["method", "network", "inference", "formulation"]
MANY = THREADS  # of a rule that uses what it gets; Snakemake lowers it to --cores
GPU = int(uses_gpu(CONFIG))
# A deterministic training on the CPU computes with one thread, so that others run beside it.
LEARNING = 1 if CONFIG.deterministic_on_cpu and not GPU else MANY

# Where a file lies must make nothing stale, which a resource does not.
LOCAL_FILES = json.dumps({name: str(path) for name, path in CONFIG.local_files.items()})
# How often a state is saved and what stops a training must make nothing stale, either.
STATES = json.dumps(CONFIG.states)
GUARDS = json.dumps(CONFIG.guards)

# As many at a time as the largest training takes, unless the call or the profile says how many cards
# there are (`--resources gpu=2`); each job holds free ones.
if "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", max(map(process_count, RUNS.values())))


wildcard_constraints:
    dataset="[^/+]+",
    sample="[A-Za-z0-9_]+[.][0-9]+",
    weights="[^/]+",
    run="[^/]+",
    seed="[0-9]+",
    split="[A-Za-z0-9_]+",
    protocol="[A-Za-z0-9_]+",
    resize="square|aspect|original",
    iteration="[0-9]+",
    box="program|wsolevaluation",


def names(kind, *sources):
    """Pattern of the data sets or weights that come from these sources."""
    entries = CONFIG.experiment[kind].items()
    known = [re.escape(name) for name, entry in entries if entry["source"] in sources]
    return "|".join(known) or "(?!)"


def of_task(task):
    """Names of the runs of a task, in the order of the experiment."""
    return [name for name, run in RUNS.items() if run["task"] == task]


def runs_of_task(task):
    """Pattern of the runs and rehearsals of a task."""
    known = [re.escape(name) for name, run in ALL_RUNS.items() if run["task"] == task]
    return "|".join(known) or "(?!)"


def datasets_of_task(task):
    """Pattern of the data sets that the runs of a task use."""
    used = sorted({RUNS[name]["dataset"] for name in of_task(task)})
    return "|".join(map(re.escape, used)) or "(?!)"


def run_of(wildcards):
    return ALL_RUNS[wildcards.run]


def cards(wildcards):
    """Resource: the cards that a training takes."""
    return GPU * process_count(run_of(wildcards))


def learning_threads(wildcards):
    """Threads that a training takes, one for each of its processes at least."""
    return max(LEARNING, process_count(run_of(wildcards)))


def gallery(wildcards):
    """Resource: the images that the page shows of a run, which must make nothing stale.

    A rehearsal is on no page, and its sample need not have them.
    """
    if wildcards.run.endswith(MARK):
        return "{}"
    run = run_of(wildcards)
    return json.dumps({"split": run["evaluation"]["split"], "ids": run["gallery"]})


def dataset_name(wildcards):
    return wildcards.get("dataset") or run_of(wildcards)["dataset"]


def dataset_of(wildcards):
    return ALL_DATASETS[dataset_name(wildcards)]


def weights_path(name):
    """Where the weights lie: made by the pipeline, or put there by the user."""
    entry = CONFIG.experiment["weights"][name]
    return str(CONFIG.weights / entry.get("file", f"{name}.pt"))
