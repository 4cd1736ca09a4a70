def weights_path(name):
    """Where the weights lie: made by the pipeline, or put there by the user."""
    entry = CONFIG.experiment["weights"][name]
    return str(CONFIG.weights / entry.get("file", f"{name}.pt"))


rule pretrain_backbone:
    output:
        weights=f"{CONFIG.weights}/{{weights}}.pt",
        card=f"{RESULTS}/weights/{{weights}}.json",
    log:
        f"{RESULTS}/logs/pretrain_backbone/{{weights}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/pretrain_backbone/{{weights}}.tsv"
    wildcard_constraints:
        weights=names("weights", "pretrained"),
    conda:
        "../envs/torch.yaml"
    threads: MANY
    resources:
        gpu=GPU,
        device=CONFIG.device,
    params:
        weights=of_weights,
        code=code("pretrain_backbone"),
    message:
        "Pretraining the backbone {wildcards.weights}"
    script:
        "../workflow_scripts/pretrain_backbone.py"


rule find_weights:
    output:
        card=f"{RESULTS}/weights/{{weights}}.json",
    log:
        f"{RESULTS}/logs/find_weights/{{weights}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/find_weights/{{weights}}.tsv"
    wildcard_constraints:
        weights=names("weights", "local"),
    conda:
        "../envs/data.yaml"
    params:
        weights=of_weights,
        path=lambda wildcards: weights_path(wildcards.weights),
        code=code("find_weights"),
    message:
        "Looking for the weights {wildcards.weights}"
    script:
        "../workflow_scripts/find_weights.py"
