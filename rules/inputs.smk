# Which files a rule reads, where that depends on the experiment.

from methods import layout


def made_archives(wildcards):
    """Archives that the pipeline makes; those that a user brings stand in the receipt."""
    if CONFIG.experiment["datasets"][wildcards.dataset]["source"] == "local":
        return []
    made = rules.generate_archives.output
    return [path.format(dataset=wildcards.dataset) for path in (made.voc, made.sbd)]


def weights_card(wildcards):
    return f"{RESULTS}/weights/{run_of(wildcards)['weights']}.json"


def made_weights(wildcards):
    """Weights that the pipeline makes; those that a user brings stand in the card."""
    name = run_of(wildcards)["weights"]
    made = CONFIG.experiment["weights"][name]["source"] == "pretrained"
    return weights_path(name) if made else []


def in_data(file):
    """A file about the data set of the run."""
    return lambda wildcards: f"{RESULTS}/data/{dataset_name(wildcards)}/{file}"


def of_datasets(file):
    """A file about every data set that a run uses."""
    return expand(f"{RESULTS}/data/{{dataset}}/{file}", dataset=DATASETS)


def of_runs(file):
    """A file of every run and seed; {split} is the split that its segmentation is scored on."""
    return [
        f"{RUN}/{file}".format(run=run, seed=seed, split=scored_split(run, "raw"))
        for run in RUNS
        for seed in CONFIG.seeds
    ]


def scored_split(run, stage):
    evaluation = RUNS[run]["evaluation"]
    return evaluation["segmentation_split" if stage in SEGMENTATION_STAGES else "seed_split"]


def metrics_file(run, seed, stage):
    return f"{RESULTS}/{layout.metrics_file(run, seed, scored_split(run, stage), stage)}"


def labels_index(run, seed, split, stage):
    return f"{RESULTS}/{layout.labels_index(run, seed, split, stage)}"


def scored_labels(wildcards):
    """Index of the label maps that a metrics file is about."""
    return labels_index(wildcards.run, wildcards.seed, wildcards.split, wildcards.stage)


def twice_scored_labels(wildcards):
    """Indices of the label maps that a second program scores."""
    run, split = wildcards.run, scored_split(wildcards.run, "raw")
    return [labels_index(run, wildcards.seed, split, stage) for stage in SEGMENTATION_STAGES]


def twice_scored_metrics(wildcards):
    """Our scores of the same label maps."""
    return [metrics_file(wildcards.run, wildcards.seed, stage) for stage in SEGMENTATION_STAGES]


def all_metrics(wildcards):
    """The metrics of every stage of every run."""
    stages = SEGMENTATION_STAGES + SEED_STAGES
    return [
        metrics_file(run, seed, stage) for run in RUNS for seed in CONFIG.seeds for stage in stages
    ]


def all_controls(wildcards):
    """The metrics of every control."""
    return [
        f"{RESULTS}/{layout.control_file(run['dataset'], scored_split(name, 'raw'), control)}"
        for name, run in RUNS.items()
        for control in CONTROLS
    ]


def all_cards(wildcards):
    """The cards of all weights that a run uses."""
    return sorted({f"{RESULTS}/weights/{run['weights']}.json" for run in RUNS.values()})


def counts_of_images(wildcards):
    """The counts beside all metrics and controls."""
    scored = all_metrics(wildcards) + all_controls(wildcards)
    return [str(Path(metrics).with_suffix(".counts.npz")) for metrics in scored]
