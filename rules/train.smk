TRAINED = ["method", "task", "dataset", "train_split", "weights", "network", "training"]


def made_weights(wildcards):
    """Input: weights that the pipeline makes; those that a user brings are in the card."""
    name = run_of(wildcards)["weights"]
    made = CONFIG.experiment["weights"][name]["source"] == "pretrained"
    return weights_path(name) if made else []


rule resolve_run:
    input:
        index=in_data("index.csv"),
    output:
        resolved=f"{RUN}/resolved.yaml",
    log:
        f"{RESULTS}/logs/resolve_run/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/resolve_run/{{run}}.seed{{seed}}.tsv"
    conda:
        "../envs/torch.yaml"
    resources:
        gpu=0,
        device=CONFIG.device,
    params:
        run=lambda wildcards: ordered(run_of(wildcards)),
        classes=of_dataset("classes"),
        code=method_code("resolve_run", "training"),
    message:
        "Resolving the settings of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/resolve_run.py"


rule train_model:
    input:
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),
        card=lambda wildcards: f"{RESULTS}/weights/{run_of(wildcards)['weights']}.json",
        weights=made_weights,
    output:
        journal=f"{RUN}/train/journal.csv",
        checkpoints=directory(f"{RUN}/train/checkpoints"),
        done=f"{RUN}/train/done.json",
    log:
        f"{RESULTS}/logs/train_model/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_model/{{run}}.seed{{seed}}.tsv"
    conda:
        "../envs/torch.yaml"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
    params:
        run=of_run(*TRAINED),
        classes=of_dataset("classes"),
        images=images,
        weights=lambda wildcards: weights_path(run_of(wildcards)["weights"]),
        code=method_code("train_model", "training"),
    message:
        "Training {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/train_model.py"
