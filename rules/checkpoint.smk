rule select_checkpoint:
    input:
        done=f"{RUN}/train/done.json",
    output:
        checkpoint=f"{RUN}/checkpoint.json",
    params:
        settings=lambda wildcards: ordered(run_of(wildcards)["checkpoint"]),
        code=code("select_checkpoint"),
    log:
        f"{RESULTS}/logs/select_checkpoint/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/select_checkpoint/{{run}}.seed{{seed}}.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "Selecting the checkpoint of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/select_checkpoint.py"
