rule predict_segmentation:
    input:
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),  # not read: changed images are predicted again
    output:
        logits=directory(f"{RUN}/predictions/{{split}}.{{resize}}/logits"),
        index=f"{RUN}/predictions/{{split}}.{{resize}}/index.json",
    params:
        run=of_run(*PREDICTED),
        scales=lambda wildcards: list(decoder_scales(run_of(wildcards), wildcards.resize)),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("predict_segmentation", "inference"),
    log:
        f"{RESULTS}/logs/predict_segmentation/{{run}}.seed{{seed}}.{{split}}.{{resize}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_segmentation/{{run}}.seed{{seed}}.{{split}}.{{resize}}.tsv"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
    conda:
        "../envs/torch.yaml"
    message:
        "Predicting {wildcards.split}, {wildcards.resize}, with {wildcards.run}, seed {wildcards.seed}"
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
        scales=lambda wildcards: list(map_scales(run_of(wildcards))),
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
        deterministic=CONFIG.deterministic,
    conda:
        "../envs/torch.yaml"
    message:
        "Mapping the classes of {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/predict_maps.py"


rule predict_localization:
    input:
        checkpoint=f"{RUN}/checkpoint.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),  # not read: changed images are predicted again
    output:
        maps=directory(f"{RUN}/predictions/{{split}}/maps"),
        index=f"{RUN}/predictions/{{split}}/index.json",
    params:
        run=of_run(*PREDICTED),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("predict_localization", "inference"),
    log:
        f"{RESULTS}/logs/predict_localization/{{run}}.seed{{seed}}.{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_localization/{{run}}.seed{{seed}}.{{split}}.tsv"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
    conda:
        "../envs/torch.yaml"
    message:
        "Predicting the maps of {wildcards.split} with {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/predict_localization.py"


rule label_images:
    input:
        predictions=stored_predictions,
    output:
        labels=directory(f"{RUN}/labels/{{split}}.{{protocol}}/labels"),
        index=f"{RUN}/labels/{{split}}.{{protocol}}/index.json",
    params:
        protocol=protocol_of,
        image_size=in_run("inference", "image_size"),
        code=code("label_images"),
    log:
        f"{RESULTS}/logs/label_images/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/label_images/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.tsv"
    threads: MANY
    conda:
        "../envs/metrics.yaml"
    message:
        "Labelling {wildcards.split} of {wildcards.run}, seed {wildcards.seed}: {wildcards.protocol}"
    script:
        "../workflow_scripts/label_images.py"
