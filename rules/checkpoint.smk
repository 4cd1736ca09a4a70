rule validate_checkpoint:
    input:
        done=f"{RUN}/train/done.json",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
    output:
        validation=f"{RUN}/validation/{{split}}.{{iteration}}.json",
    params:
        run=of_run(*PREDICTED, "training"),
        classes=of_dataset("classes"),
        images=images,
        code=method_code("validate_checkpoint", "validation"),
    log:
        f"{RESULTS}/logs/validate_checkpoint/{{run}}.seed{{seed}}.{{split}}.{{iteration}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/validate_checkpoint/{{run}}.seed{{seed}}.{{split}}.{{iteration}}.tsv"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
    conda:
        "../envs/torch.yaml"
    message:
        "Validating iteration {wildcards.iteration} of {wildcards.run}, seed {wildcards.seed}, on {wildcards.split}"
    script:
        "../workflow_scripts/validate_checkpoint.py"


rule select_checkpoint:
    input:
        done=trained,
        validations=candidates,
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
