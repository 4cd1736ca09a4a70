# Which files a rule reads, where that depends on the experiment.

from methods import layout
from methods.reporting.published_numbers import published_sources
from methods.training.checkpoints import curve_split, is_trained, written_iterations


def generated_archives(wildcards):
    """The archives that the pipeline makes; none of a published or a user's own data set."""
    generated = dataset_of(wildcards)["source"] == "generated"
    return GENERATED.format(dataset=wildcards.dataset) if generated else []


def generated_receipt(wildcards):
    """What these archives are: names, sizes and digests."""
    folder = generated_archives(wildcards)
    return f"{folder}.json" if folder else []


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
    brought = "file" in CONFIG.experiment["weights"][weights]
    return [] if brought else weights_path(weights)


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
        for iteration in written_iterations(ALL_RUNS[run]["training"])
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


def published_settings():
    """The records of the authors' settings."""
    files = sorted(PROJECT.glob("claims/reference/*_settings.yaml"))
    return [str(HERE / file.relative_to(PROJECT)) for file in files]


def workflow_files():
    """The workflow's own files, which the crate keeps beside the results."""
    named = ["Snakefile", "LICENSE", "CITATION.cff", "README.md", "methods/data/sources.csv"]
    named += [file.relative_to(PROJECT) for file in sorted(PROJECT.glob("rules/*.smk"))]
    return [str(HERE / file) for file in [*named, *CONFIG.experiment["claims"]]] + lock_files()


def lock_files():
    """What pins every package."""
    return [
        str(HERE / file.relative_to(PROJECT)) for file in sorted(PROJECT.glob("envs/locks/*.txt"))
    ]


def papers():
    """Files with the published numbers, for pages of experiments that evaluate none of them."""
    own = [PROJECT / file for file in CONFIG.experiment["claims"]]
    known = published_sources(PROJECT, own)
    return [str(HERE / file.relative_to(PROJECT)) for file in known.files] if known else []


def deviation_classes():
    """What a deviation from them means."""
    return str(HERE / "claims/reference/deviation_classes.yaml")


def reference_log():
    """The files of the authors' training log, where the experiment names it."""
    named = CONFIG.experiment.get("reference_log") or {}
    return [str(HERE / named[key]) for key in ("file", "classes") if key in named]


def written_receipts(wildcards):
    """The evaluation server's receipts; none before somebody has written them down."""
    name = CONFIG.experiment.get("receipts")
    return str(HERE / name) if name and os.path.isfile(PROJECT / name) else []
