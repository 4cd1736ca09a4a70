rule apply_crf:
    input:
        predictions=stored_predictions,
        index=in_data("index.csv"),
    output:
        labels=directory(f"{RUN}/crf/{{split}}.{{protocol}}/labels"),
        index=f"{RUN}/crf/{{split}}.{{protocol}}/index.json",
    params:
        protocol=protocol_of,
        image_size=in_run("inference", "image_size"),
        crf=lambda wildcards: ordered(run_of(wildcards)["crf"]),
        classes=of_dataset("classes"),
        images=images,
        code=code("apply_crf"),
    log:
        f"{RESULTS}/logs/apply_crf/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/apply_crf/{{run}}.seed{{seed}}.{{split}}.{{protocol}}.tsv"
    threads: MANY
    conda:
        "../envs/crf.yaml"
    message:
        "Refining {wildcards.split} of {wildcards.run}, seed {wildcards.seed}: {wildcards.protocol}"
    script:
        "../workflow_scripts/apply_crf.py"
