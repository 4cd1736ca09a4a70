# Which predictions, label maps and boxes are scored, and which scores are judged.

from methods import layout
from methods.weights.used import weights_of


def stored_predictions(wildcards):
    """Index of the network outputs that a label map is made of."""
    protocol = read_protocols(run_of(wildcards))[wildcards.protocol]
    file = layout.predictions_index(wildcards.run, wildcards.seed, wildcards.split, protocol)
    return f"{RESULTS}/{file}"


def labels_index(run, seed, split, name):
    protocol = read_protocols(ALL_RUNS[run])[name]
    return f"{RESULTS}/{layout.labels_index(run, seed, split, name, protocol)}"


def metrics_file(run, seed, split, protocol):
    return f"{RESULTS}/{layout.metrics_file(run, seed, split, protocol)}"


def scored_labels(wildcards):
    """Index of the label maps that a metrics file is about."""
    return labels_index(wildcards.run, wildcards.seed, wildcards.split, wildcards.protocol)


def cross_checked(run):
    """Protocols that a second program scores: those of the decoder, where the run is judged."""
    split = ALL_RUNS[run]["evaluation"]["split"]
    protocols = read_protocols(ALL_RUNS[run]).items()
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
    return sorted(f"{RESULTS}/weights/{name}.json" for name in weights_of(RUNS.values()))


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
