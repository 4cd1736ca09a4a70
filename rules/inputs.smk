# Which files a rule reads, where that depends on the experiment.

from methods import layout
from methods.data.formats import generated_archives
from methods.training.checkpoints import curve_split, is_trained, written_iterations


def made_archives(wildcards):
    """Archives that the pipeline makes; those that a user brings stand in the receipt."""
    folder = ARCHIVES.format(dataset=wildcards.dataset)
    return [f"{folder}/{name}" for name in archives_made(wildcards.dataset)]


def archives_made(dataset):
    """Names of the archives that the pipeline makes of a data set."""
    entry = CONFIG.experiment["datasets"][dataset]
    generated = entry["source"] == "generated"
    return generated_archives(entry["format"], entry["generated"]) if generated else ()


def made_as(*archives):
    """Pattern of the data sets that the pipeline makes as these archives."""
    datasets = CONFIG.experiment["datasets"]
    known = [re.escape(name) for name in datasets if archives_made(name) == archives]
    return "|".join(known) or "(?!)"


def weights_card(wildcards):
    return f"{RESULTS}/weights/{run_of(wildcards)['weights']}.json"


def made_weights(wildcards):
    """Weights that the pipeline makes; those that a user brings stand in the card."""
    return if_made(run_of(wildcards)["weights"])


def guide_card(wildcards):
    """The card of the run's second network, where it has one."""
    guide = run_of(wildcards).get("guide")
    return f"{RESULTS}/weights/{guide}.json" if guide else []


def made_guide(wildcards):
    """The weights of that network, where the pipeline makes them."""
    guide = run_of(wildcards).get("guide")
    return if_made(guide) if guide else []


def if_made(weights):
    made = CONFIG.experiment["weights"][weights]["source"] != "local"
    return weights_path(weights) if made else []


def in_data(file):
    """A file about the data set of the run."""
    return lambda wildcards: f"{RESULTS}/data/{dataset_name(wildcards)}/{file}"


def of_datasets(file):
    """A file about every data set that a run uses."""
    return expand(f"{RESULTS}/data/{{dataset}}/{file}", dataset=DATASETS)


def seeds_of(run):
    """A given checkpoint is evaluated once: no seed changes it."""
    return CONFIG.seeds if is_trained(RUNS[run]) else CONFIG.seeds[:1]


def runs_and_seeds():
    return [(run, seed) for run in RUNS for seed in seeds_of(run)]


def of_runs(file):
    """A file of every run and seed."""
    return [f"{RUN}/{file}".format(run=run, seed=seed) for run, seed in runs_and_seeds()]


def of_segmentations(file):
    """A file of every segmentation run and seed."""
    return [
        f"{RUN}/{file}".format(run=run, seed=seed)
        for run, seed in runs_and_seeds()
        if run in of_task("segmentation")
    ]


def of_trainings(file):
    """A file of every run and seed that is trained here."""
    return [
        f"{RUN}/{file}".format(run=run, seed=seed)
        for run, seed in runs_and_seeds()
        if is_trained(RUNS[run])
    ]


def trained(wildcards):
    """The end of the training behind a run; none behind a given checkpoint."""
    return f"{RUN}/train/done.json" if is_trained(run_of(wildcards)) else []


def validations(run, seed, split):
    """Scores of every checkpoint of a training on a split."""
    return [
        f"{RESULTS}/{layout.validation_file(run, seed, split, iteration)}"
        for iteration in written_iterations(RUNS[run]["training"])
    ]


def candidates(wildcards):
    """What the choice of the checkpoint reads, where it is the best of several."""
    chosen = run_of(wildcards)["checkpoint"]
    if chosen["rule"] != "best":
        return []
    return validations(wildcards.run, wildcards.seed, chosen["split"])


def validated_splits(run):
    """The split that a training's curve is of, and the one that its checkpoint is chosen on."""
    chosen_on = RUNS[run]["checkpoint"].get("split")
    return [curve_split(RUNS[run]), *([chosen_on] if chosen_on else [])]


def all_validations(wildcards):
    """The curves of every training."""
    return [
        file
        for run, seed in runs_and_seeds()
        if is_trained(RUNS[run]) and run in of_task("segmentation")
        for split in validated_splits(run)
        for file in validations(run, seed, split)
    ]


def stored_predictions(wildcards):
    """Index of the network outputs that a label map is made of."""
    protocol = read_protocols(run_of(wildcards))[wildcards.protocol]
    file = layout.predictions_index(wildcards.run, wildcards.seed, wildcards.split, protocol)
    return f"{RESULTS}/{file}"


def labels_index(run, seed, split, name):
    protocol = read_protocols(RUNS[run])[name]
    return f"{RESULTS}/{layout.labels_index(run, seed, split, name, protocol)}"


def metrics_file(run, seed, split, protocol):
    return f"{RESULTS}/{layout.metrics_file(run, seed, split, protocol)}"


def scored_labels(wildcards):
    """Index of the label maps that a metrics file is about."""
    return labels_index(wildcards.run, wildcards.seed, wildcards.split, wildcards.protocol)


def cross_checked(run):
    """Protocols that a second program scores: those of the decoder, where the run is judged."""
    split = RUNS[run]["evaluation"]["split"]
    protocols = read_protocols(RUNS[run]).items()
    return [(split, name) for name, p in protocols if p.of_decoder and p.split == split]


def twice_scored_labels(wildcards):
    """Indices of the label maps that a second program scores."""
    run, seed = wildcards.run, wildcards.seed
    return [labels_index(run, seed, *scored) for scored in cross_checked(run)]


def twice_scored_metrics(wildcards):
    """Our scores of the same label maps."""
    run, seed = wildcards.run, wildcards.seed
    return [metrics_file(run, seed, *scored) for scored in cross_checked(run)]


def all_metrics(wildcards):
    """The metrics of every protocol of every run."""
    return [
        metrics_file(run, seed, protocol["split"], name)
        for run, seed in runs_and_seeds()
        for name, protocol in RUNS[run]["protocols"].items()
    ]


def boxes_of(wildcards, split):
    """Index of the boxes that a protocol reads on a split."""
    protocol = read_box_protocols(run_of(wildcards))[wildcards.protocol]
    file = layout.boxes_index(wildcards.run, wildcards.seed, split, protocol.box)
    return f"{RESULTS}/{file}"


def scored_boxes(wildcards):
    """Index of the boxes that a metrics file is about."""
    return boxes_of(wildcards, wildcards.split)


def choosing_boxes(wildcards):
    """Index of the boxes that choose a protocol's threshold."""
    protocol = read_box_protocols(run_of(wildcards))[wildcards.protocol]
    return boxes_of(wildcards, protocol.chosen_on)


def chosen_threshold(wildcards):
    """The threshold of a protocol, where it is chosen."""
    protocol = read_box_protocols(run_of(wildcards))[wildcards.protocol]
    file = layout.threshold_file(wildcards.run, wildcards.seed, wildcards.protocol)
    return f"{RESULTS}/{file}" if protocol.chosen_on else []


def all_box_files(wildcards):
    """The boxes and chosen thresholds behind all localization metrics."""
    files = []
    for run, seed in runs_and_seeds():
        if run not in of_task("localization"):
            continue
        for name, protocol in read_box_protocols(RUNS[run]).items():
            files.append(layout.boxes_index(run, seed, protocol.split, protocol.box))
            if protocol.chosen_on:
                files.append(layout.threshold_file(run, seed, name))
    return [f"{RESULTS}/{file}" for file in dict.fromkeys(files)]


def all_controls(wildcards):
    """The metrics of every control."""
    files = [
        f"{RESULTS}/{layout.control_file(run['dataset'], run['evaluation']['split'], control)}"
        for run in RUNS.values()
        for control in CONTROLS[run["task"]]
    ]
    return list(dict.fromkeys(files))


def all_cards(wildcards):
    """The cards of all weights that a training starts from."""
    trained = [run for run in RUNS.values() if is_trained(run)]
    used = {run[key] for run in trained for key in ("weights", "guide") if key in run}
    return sorted(f"{RESULTS}/weights/{name}.json" for name in used)


def counts_of_images(wildcards):
    """The counts beside all metrics and controls."""
    scored = all_metrics(wildcards) + all_controls(wildcards)
    return [str(Path(metrics).with_suffix(".counts.npz")) for metrics in scored]


def submitted_labels(wildcards):
    """Index of the label maps that are packed for the evaluation server."""
    submission = run_of(wildcards)["submission"]
    split, protocol = submission["split"], submission["protocol"]
    return labels_index(wildcards.run, wildcards.seed, split, protocol)


def all_packages(wildcards):
    """The packages for the evaluation server."""
    return [
        f"{RESULTS}/{layout.submission_file(run, seed)}"
        for run, seed in runs_and_seeds()
        if "submission" in RUNS[run]
    ]


def published_settings():
    """The records of the authors' settings."""
    files = sorted(PROJECT.glob("claims/reference/*_settings.yaml"))
    return [str(HERE / file.relative_to(PROJECT)) for file in files]


def reference_log():
    """The authors' training log, where the experiment names it."""
    named = CONFIG.experiment.get("reference_log")
    return str(HERE / named["file"]) if named else []


def written_receipts(wildcards):
    """The evaluation server's receipts; none before somebody has written them down."""
    name = CONFIG.experiment.get("receipts")
    return str(HERE / name) if name and (PROJECT / name).is_file() else []
