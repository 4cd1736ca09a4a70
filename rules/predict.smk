PREDICTED = ["method", "network", "inference"]


def fused_scales(wildcards):
    """Parameter: the plain forward pass, or every scale."""
    return run_of(wildcards)["inference"]["scales"] if wildcards.stage == "multiscale" else [1.0]


def threshold_source(wildcards):
    """Parameter: the split that the background threshold was chosen on, where it was chosen."""
    return run_of(wildcards)["evaluation"].get("threshold_source", "as published")


rule predict_segmentation:
    input:
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        logits=directory(f"{RUN}/predictions/{{split}}/logits"),
        index=f"{RUN}/predictions/{{split}}/index.json",
    log:
        f"{RESULTS}/logs/predict_segmentation/{{run}}.seed{{seed}}.{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_segmentation/{{run}}.seed{{seed}}.{{split}}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
    params:
        run=of_run(*PREDICTED),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("predict_segmentation", "inference"),
    message:
        "Predicting {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/predict_segmentation.py"


rule predict_maps:
    input:
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        maps=directory(f"{RUN}/maps/{{split}}/maps"),
        index=f"{RUN}/maps/{{split}}/index.json",
    log:
        f"{RESULTS}/logs/predict_maps/{{run}}.seed{{seed}}.{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_maps/{{run}}.seed{{seed}}.{{split}}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
    params:
        run=of_run(*PREDICTED),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("predict_maps", "inference"),
    message:
        "Mapping the classes of {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/predict_maps.py"


rule fuse_segmentation:
    input:
        logits=f"{RUN}/predictions/{{split}}/index.json",
    output:
        labels=directory(f"{RUN}/labels/{{split}}.{{stage}}/labels"),
        index=f"{RUN}/labels/{{split}}.{{stage}}/index.json",
    log:
        f"{RESULTS}/logs/fuse_segmentation/{{run}}.seed{{seed}}.{{split}}.{{stage}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fuse_segmentation/{{run}}.seed{{seed}}.{{split}}.{{stage}}.tsv"
    wildcard_constraints:
        stage="raw|multiscale",
    conda:
        "../envs/metrics.yaml"
    params:
        scales=fused_scales,
        flip=lambda wildcards: wildcards.stage == "multiscale",
        code=code("fuse_segmentation"),
    message:
        "Labelling {wildcards.split} of {wildcards.run}, seed {wildcards.seed}: {wildcards.stage}"
    script:
        "../workflow_scripts/fuse_segmentation.py"


rule make_seeds:
    input:
        maps=f"{RUN}/maps/{{split}}/index.json",
    output:
        labels=directory(f"{RUN}/labels/{{split}}.{{stage}}/labels"),
        index=f"{RUN}/labels/{{split}}.{{stage}}/index.json",
    log:
        f"{RESULTS}/logs/make_seeds/{{run}}.seed{{seed}}.{{split}}.{{stage}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/make_seeds/{{run}}.seed{{seed}}.{{split}}.{{stage}}.tsv"
    wildcard_constraints:
        stage="|".join(SEED_STAGES),
    conda:
        "../envs/metrics.yaml"
    params:
        scales=in_run("inference", "map_scales"),
        image_size=in_run("inference", "image_size"),
        background_threshold=in_run("inference", "background_threshold"),
        threshold_source=threshold_source,
        code=code("make_seeds"),
    message:
        "Making {wildcards.stage} seeds of {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/make_seeds.py"
