rule predict_segmentation:
    input:
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),  # not read: changed images are predicted again
    output:
        logits=directory(f"{RUN}/predictions/{{split}}/logits"),
        index=f"{RUN}/predictions/{{split}}/index.json",
    params:
        run=of_run(*PREDICTED),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("predict_segmentation", "inference"),
    log:
        f"{RESULTS}/logs/predict_segmentation/{{run}}.seed{{seed}}.{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_segmentation/{{run}}.seed{{seed}}.{{split}}.tsv"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
    conda:
        "../envs/torch.yaml"
    message:
        "Predicting {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/predict_segmentation.py"


rule predict_maps:
    input:
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),  # not read: changed images are predicted again
    output:
        maps=directory(f"{RUN}/maps/{{split}}/maps"),
        index=f"{RUN}/maps/{{split}}/index.json",
    params:
        run=of_run(*PREDICTED),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("predict_maps", "inference"),
    log:
        f"{RESULTS}/logs/predict_maps/{{run}}.seed{{seed}}.{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_maps/{{run}}.seed{{seed}}.{{split}}.tsv"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
    conda:
        "../envs/torch.yaml"
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
    wildcard_constraints:
        stage="raw|multiscale",
    params:
        scales=fused_scales,
        flip=lambda wildcards: wildcards.stage == "multiscale",
        code=code("fuse_segmentation"),
    log:
        f"{RESULTS}/logs/fuse_segmentation/{{run}}.seed{{seed}}.{{split}}.{{stage}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fuse_segmentation/{{run}}.seed{{seed}}.{{split}}.{{stage}}.tsv"
    threads: MANY
    conda:
        "../envs/metrics.yaml"
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
    wildcard_constraints:
        stage="|".join(SEED_STAGES),
    params:
        scales=in_run("inference", "map_scales"),
        image_size=in_run("inference", "image_size"),
        background_threshold=in_run("evaluation", "background_threshold"),
        threshold_source=in_run("evaluation", "threshold_source"),
        code=code("make_seeds"),
    log:
        f"{RESULTS}/logs/make_seeds/{{run}}.seed{{seed}}.{{split}}.{{stage}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/make_seeds/{{run}}.seed{{seed}}.{{split}}.{{stage}}.tsv"
    threads: MANY
    conda:
        "../envs/metrics.yaml"
    message:
        "Making {wildcards.stage} seeds of {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/make_seeds.py"
