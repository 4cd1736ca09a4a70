rule find_boxes:
    input:
        predictions=f"{RUN}/predictions/{{split}}/index.json",
    output:
        boxes=f"{RUN}/boxes/{{split}}.{{box}}/boxes.npz",
        index=f"{RUN}/boxes/{{split}}.{{box}}/index.json",
    params:
        thresholds=lambda wildcards: list(beyond_grid(run_of(wildcards))),
        image_size=in_run("inference", "image_size"),
        code=code("find_boxes"),
    log:
        f"{RESULTS}/logs/find_boxes/{{run}}.seed{{seed}}.{{split}}.{{box}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/find_boxes/{{run}}.seed{{seed}}.{{split}}.{{box}}.tsv"
    threads: MANY
    conda:
        "../envs/metrics.yaml"
    message:
        "Finding the boxes of {wildcards.split} of {wildcards.run}, seed {wildcards.seed}, by the rule {wildcards.box}"
    script:
        "../workflow_scripts/find_boxes.py"


rule choose_threshold:
    input:
        boxes=choosing_boxes,
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        threshold=f"{RUN}/thresholds/{{protocol}}.json",
    params:
        protocol=protocol_of,
        inference=lambda wildcards: ordered(run_of(wildcards)["inference"]),
        classes=of_dataset("classes"),
        code=code("choose_threshold"),
    log:
        f"{RESULTS}/logs/choose_threshold/{{run}}.seed{{seed}}.{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/choose_threshold/{{run}}.seed{{seed}}.{{protocol}}.tsv"
    conda:
        "../envs/metrics.yaml"
    message:
        "Choosing the threshold of {wildcards.protocol} of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/choose_threshold.py"
