# Which files the rehearsals make, and which trainings wait for theirs.

from methods.rehearsal import is_long, iterations


def rehearsal_files(run):
    """The last files of a rehearsal: every score, and the curve of its training."""
    rehearsal, seed = f"{run}{MARK}", CONFIG.experiment["seeds"][0]
    settings = ALL_RUNS[rehearsal]
    scored = settings["protocols"].items()
    files = [metrics_file(rehearsal, seed, of["split"], name) for name, of in scored]
    if settings["task"] == "segmentation":
        files += validations(rehearsal, seed, curve_split(settings))
        files.append(f"{RUN}/metrics/cross_check.json".format(run=rehearsal, seed=seed))
    return files


def all_rehearsals(wildcards):
    """The last files of the rehearsals of every training."""
    return [file for run in RUNS if is_trained(RUNS[run]) for file in rehearsal_files(run)]


def images_of_sample(wildcards):
    """Parameter: how many images a sample takes of each split."""
    return ALL_DATASETS[f"{wildcards.dataset}+{wildcards.sample}"]["splits"]


def iterations_of(wildcards):
    """Parameter: how many iterations the training of a run has."""
    return iterations(run_of(wildcards), dataset_of(wildcards))


def required_rehearsal(wildcards):
    """The last files of a run's rehearsal, where its training is long."""
    long = is_long(run_of(wildcards), dataset_of(wildcards), CONFIG.rehearse)
    return rehearsal_files(wildcards.run) if long else []


def confirmed_rehearsal(wildcards):
    """What a training waits for; a rehearsal waits for nothing."""
    whole = wildcards.run in RUNS
    return f"{RESULTS}/{wildcards.run}/rehearsal.json" if whole else []
