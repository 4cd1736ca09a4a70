rule apply_crf:
    input:
        logits=f"{RUN}/predictions/{{split}}/index.json",
        index=in_data("index.csv"),
    output:
        labels=directory(f"{RUN}/crf/{{split}}/labels"),
        labels_index=f"{RUN}/crf/{{split}}/index.json",
    params:
        crf=lambda wildcards: ordered(run_of(wildcards)["crf"]),
        scales=in_run("inference", "scales"),
        classes=of_dataset("classes"),
        images=images,
        code=code("apply_crf"),
    log:
        f"{RESULTS}/logs/apply_crf/{{run}}.seed{{seed}}.{{split}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/apply_crf/{{run}}.seed{{seed}}.{{split}}.tsv"
    threads: MANY
    conda:
        "../envs/crf.yaml"
    message:
        "Refining {wildcards.split} of {wildcards.run}, seed {wildcards.seed}, by the CRF"
    script:
        "../workflow_scripts/apply_crf.py"
