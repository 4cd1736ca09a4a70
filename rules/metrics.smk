def first_run(wildcards):
    """The run whose settings a data set's controls take."""
    return next(run for run in RUNS.values() if run["dataset"] == wildcards.dataset)


def scored_labels(wildcards):
    """Input: the index of the label maps of one stage."""
    return labels_index(wildcards.run, wildcards.seed, wildcards.split, wildcards.stage)


def cross_checked(kind):
    """Input: label maps or metrics of the stages that are scored twice."""

    def files(wildcards):
        run, seed = wildcards.run, wildcards.seed
        split = scored_split(run, "raw")
        if kind == "labels":
            return [
                labels_index(run, seed, split, stage) for stage in SEGMENTATION_STAGES
            ]
        return stage_files(
            run, seed, SEGMENTATION_STAGES, f"{RUN}/metrics/{{split}}.{{stage}}.json"
        )

    return files


rule score_labels:
    input:
        labels=scored_labels,
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        metrics=f"{RUN}/metrics/{{split}}.{{stage}}.json",
        counts=f"{RUN}/metrics/{{split}}.{{stage}}.counts.npz",
    log:
        f"{RESULTS}/logs/score_labels/{{run}}.seed{{seed}}.{{split}}.{{stage}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_labels/{{run}}.seed{{seed}}.{{split}}.{{stage}}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        classes=of_dataset("classes"),
        masks=masks,
        ground_truth=AUGMENTED_MASKS,
        bootstrap=in_run("evaluation", "bootstrap"),
        code=code("score_labels"),
    message:
        "Scoring {wildcards.stage} of {wildcards.run}, seed {wildcards.seed}, on {wildcards.split}"
    script:
        "../workflow_scripts/score_labels.py"


rule cross_check_metrics:
    input:
        labels=cross_checked("labels"),
        metrics=cross_checked("metrics"),
    output:
        cross_check=f"{RUN}/metrics/cross_check.json",
    log:
        f"{RESULTS}/logs/cross_check_metrics/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cross_check_metrics/{{run}}.seed{{seed}}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        classes=of_dataset("classes"),
        masks=masks,
        code=code("cross_check_metrics"),
    message:
        "Scoring {wildcards.run}, seed {wildcards.seed}, with mmsegmentation"
    script:
        "../workflow_scripts/cross_check_metrics.py"


rule score_control:
    input:
        index=f"{RESULTS}/data/{{dataset}}/index.csv",
        manifest=f"{RESULTS}/data/{{dataset}}/manifest.json",
    output:
        metrics=f"{RESULTS}/controls/{{dataset}}/{{split}}.{{control}}.json",
        counts=f"{RESULTS}/controls/{{dataset}}/{{split}}.{{control}}.counts.npz",
    log:
        f"{RESULTS}/logs/score_control/{{dataset}}.{{split}}.{{control}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_control/{{dataset}}.{{split}}.{{control}}.tsv"
    conda:
        "../envs/metrics.yaml"
    params:
        classes=of_dataset("classes"),
        images=images,
        masks=masks,
        ground_truth=AUGMENTED_MASKS,
        train_split=lambda wildcards: first_run(wildcards)["train_split"],
        bootstrap=lambda wildcards: ordered(
            first_run(wildcards)["evaluation"]["bootstrap"]
        ),
        code=code("score_control"),
    message:
        "Scoring the control {wildcards.control} on {wildcards.split} of {wildcards.dataset}"
    script:
        "../workflow_scripts/score_control.py"
