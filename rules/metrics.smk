rule score_labels:
    input:
        labels=scored_labels,
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        metrics=f"{RUN}/metrics/{{split}}.{{protocol}}.json",
        counts=f"{RUN}/metrics/{{split}}.{{protocol}}.counts.npz",
    wildcard_constraints:
        run=runs_of_task("segmentation"),
    params:
        classes=of_dataset("classes"),
        images=images,
        ground_truth=masks,
        bootstrap=in_run("evaluation", "bootstrap"),
        code=code("score_labels"),
    log:
        f"{RESULTS}/logs/score_labels/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_labels/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.tsv"
    conda:
        "../envs/metrics.yaml"
    message:
        "Scoring {wildcards.protocol} of {wildcards.run}, seed {wildcards.seed}, on {wildcards.split}"
    script:
        "../workflow_scripts/score_labels.py"


rule cross_check_metrics:
    input:
        labels=twice_scored_labels,
        metrics=twice_scored_metrics,
        manifest=in_data("manifest.json"),
    output:
        cross_check=f"{RUN}/metrics/cross_check.json",
    params:
        classes=of_dataset("classes"),
        images=images,
        code=code("cross_check_metrics"),
    log:
        f"{RESULTS}/logs/cross_check_metrics/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cross_check_metrics/{{run}}.seed{{seed}}.tsv"
    conda:
        "../envs/metrics.yaml"
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
    wildcard_constraints:
        dataset=datasets_of_task("segmentation"),
        control="|".join(CONTROLS["segmentation"]),
    params:
        classes=of_dataset("classes"),
        images=images,
        ground_truth=masks,
        train_split=of_first_run("train_split"),
        bootstrap=of_first_run("evaluation", "bootstrap"),
        code=code("score_control"),
    log:
        f"{RESULTS}/logs/score_control/{{dataset}}.{{split}}.{{control}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_control/{{dataset}}.{{split}}.{{control}}.tsv"
    conda:
        "../envs/metrics.yaml"
    message:
        "Scoring the control {wildcards.control} on {wildcards.split} of {wildcards.dataset}"
    script:
        "../workflow_scripts/score_control.py"


rule score_boxes:
    input:
        boxes=scored_boxes,
        predictions=f"{RUN}/predictions/{{split}}/index.json",
        threshold=chosen_threshold,
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        metrics=f"{RUN}/metrics/{{split}}.{{protocol}}.json",
        counts=f"{RUN}/metrics/{{split}}.{{protocol}}.counts.npz",
    wildcard_constraints:
        run=runs_of_task("localization"),
    params:
        protocol=protocol_of,
        inference=lambda wildcards: ordered(run_of(wildcards)["inference"]),
        classes=of_dataset("classes"),
        images=images,
        code=code("score_boxes"),
    log:
        f"{RESULTS}/logs/score_boxes/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_boxes/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.tsv"
    threads: MANY
    conda:
        "../envs/metrics.yaml"
    message:
        "Scoring {wildcards.protocol} of {wildcards.run}, seed {wildcards.seed}, on {wildcards.split}"
    script:
        "../workflow_scripts/score_boxes.py"


rule score_box_control:
    input:
        index=f"{RESULTS}/data/{{dataset}}/index.csv",
        manifest=f"{RESULTS}/data/{{dataset}}/manifest.json",
    output:
        metrics=f"{RESULTS}/controls/{{dataset}}/{{split}}.{{control}}.json",
        counts=f"{RESULTS}/controls/{{dataset}}/{{split}}.{{control}}.counts.npz",
    wildcard_constraints:
        dataset=datasets_of_task("localization"),
        control="|".join(CONTROLS["localization"]),
    params:
        classes=of_dataset("classes"),
        images=images,
        inference=of_first_run("inference"),
        train_split=of_first_run("train_split"),
        code=code("score_box_control"),
    log:
        f"{RESULTS}/logs/score_box_control/{{dataset}}.{{split}}.{{control}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/score_box_control/{{dataset}}.{{split}}.{{control}}.tsv"
    threads: MANY
    conda:
        "../envs/metrics.yaml"
    message:
        "Scoring the control {wildcards.control} on {wildcards.split} of {wildcards.dataset}"
    script:
        "../workflow_scripts/score_box_control.py"
