# What several rule files share: where things lie, and which values of the configuration a rule reads.

from methods.data.voc import AUGMENTED_MASKS, voc_folder
from methods.fingerprint import code_fingerprint

# Scripts run as processes of their own and import methods and workflow_scripts.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")])
)

HERE = Path(os.path.relpath(PROJECT))  # a moved project makes nothing stale
RESULTS = CONFIG.results
RUN = f"{RESULTS}/{{run}}/seed{{seed}}"
RUNS = CONFIG.experiment["runs"]
DATASETS = sorted({run["dataset"] for run in RUNS.values()})
SEGMENTATION_STAGES = ["raw", "multiscale", "crf"]
SEED_STAGES = ["cam", "aux_cam", "lam"]
CONTROLS = ["perfect", "all_background", "colour"]
MANY = (
    8  # threads of a rule that uses as many as it gets; Snakemake lowers it to --cores
)
GPU = int(CONFIG.device == "cuda" or (CONFIG.device == "auto" and gpu_answers()))

workflow.register_resource("gpu", CONFIG.gpus)


wildcard_constraints:
    dataset="[^/]+",
    weights="[^/]+",
    run="[^/]+",
    seed="[0-9]+",
    split="[A-Za-z0-9_]+",
    stage="|".join(SEGMENTATION_STAGES + SEED_STAGES),
    control="|".join(CONTROLS),


def names(kind, source):
    """Pattern of the data sets or weights that come from one source."""
    entries = CONFIG.experiment[kind].items()
    return (
        "|".join(
            re.escape(name) for name, entry in entries if entry["source"] == source
        )
        or "(?!)"
    )


def ordered(value):
    """A copy with sorted keys: their order in a file must not make anything stale."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return value


def run_of(wildcards):
    return RUNS[wildcards.run]


def dataset_name(wildcards):
    return wildcards.get("dataset") or run_of(wildcards)["dataset"]


def of_dataset(key):
    """Parameter: one value of the data set's block."""
    return lambda wildcards: ordered(
        CONFIG.experiment["datasets"][dataset_name(wildcards)][key]
    )


def of_weights(wildcards):
    """Parameter: the block of the weights."""
    return ordered(CONFIG.experiment["weights"][wildcards.weights])


def of_run(*keys):
    """Parameter: the parts of the run's block that a rule reads."""
    return lambda wildcards: {key: ordered(run_of(wildcards)[key]) for key in keys}


def in_run(block, key):
    """Parameter: one value of a block of the run."""
    return lambda wildcards: ordered(run_of(wildcards)[block][key])


def images(wildcards):
    """Parameter: the folder that the paths of index.csv are relative to."""
    return str(voc_folder(CONFIG.data / "extracted" / dataset_name(wildcards) / "tree"))


def masks(wildcards):
    """Parameter: the folder of the ground truth."""
    return str(Path(images(wildcards)) / AUGMENTED_MASKS)


def in_data(file):
    """Input: a file of the run's data set."""
    return lambda wildcards: f"{RESULTS}/data/{dataset_name(wildcards)}/{file}"


def code(script, *modules, files=()):
    """Parameter: changes when what the script or one of the modules does changes."""
    names = [f"workflow_scripts.{script}", *modules]
    # job.py only carries values, so that work on it does not train anything again.
    return code_fingerprint(PROJECT, names, files, ignored=["workflow_scripts.job"])


def method_code(script, part):
    """Parameter: the same for a script that calls a part of the run's method."""
    return lambda wildcards: code(
        script, f"methods.{run_of(wildcards)['method']}.{part}"
    )


def scored_split(run, stage):
    evaluation = RUNS[run]["evaluation"]
    return evaluation[
        "segmentation_split" if stage in SEGMENTATION_STAGES else "seed_split"
    ]


def stage_files(run, seed, stages, pattern):
    """The files of some stages of one run; the pattern has {split} and {stage}."""
    files = []
    for stage in stages:
        split = scored_split(run, stage)
        files.append(pattern.format(run=run, seed=seed, split=split, stage=stage))
    return files


def all_metrics(wildcards):
    """Input: the metrics of every stage of every run."""
    stages = SEGMENTATION_STAGES + SEED_STAGES
    pattern = f"{RUN}/metrics/{{split}}.{{stage}}.json"
    return [
        file
        for run in RUNS
        for seed in CONFIG.seeds
        for file in stage_files(run, seed, stages, pattern)
    ]


def all_controls(wildcards):
    """Input: the metrics of every control."""
    return [
        f"{RESULTS}/controls/{run['dataset']}/{scored_split(name, 'raw')}.{control}.json"
        for name, run in RUNS.items()
        for control in CONTROLS
    ]


def labels_index(run, seed, split, stage):
    """Index of the label maps of one stage."""
    folder = f"{RESULTS}/{run}/seed{seed}"
    if stage == "crf":
        return f"{folder}/crf/{split}/index.json"
    return f"{folder}/labels/{split}.{stage}/index.json"
