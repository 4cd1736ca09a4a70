rule pretrain_backbone:
    output:
        # Side by side, since other experiments may use the same weights.
        weights=f"{CONFIG.weights}/{{weights}}.pt",
        card=f"{CONFIG.weights}/{{weights}}.json",
    wildcard_constraints:
        weights=names("weights", "pretrained"),
    params:
        weights=of_weights,
        code=code("pretrain_backbone"),
    log:
        f"{RESULTS}/logs/pretrain_backbone/{{weights}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/pretrain_backbone/{{weights}}.tsv"
    threads: LEARNING
    resources:
        gpu=GPU,
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
    conda:
        "../envs/torch.yaml"
    message:
        "Pretraining the backbone {wildcards.weights}"
    script:
        "../workflow_scripts/pretrain_backbone.py"


rule train_clip:
    output:
        weights=f"{CONFIG.weights}/{{weights}}.pt",
        card=f"{CONFIG.weights}/{{weights}}.json",
    wildcard_constraints:
        weights=names("weights", "contrastive"),
    params:
        weights=of_weights,
        code=code("train_clip"),
    log:
        f"{RESULTS}/logs/train_clip/{{weights}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_clip/{{weights}}.tsv"
    threads: LEARNING
    resources:
        gpu=GPU,
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
    conda:
        "../envs/torch.yaml"
    message:
        "Training the image and text towers {wildcards.weights}"
    script:
        "../workflow_scripts/train_clip.py"


rule record_weights:
    input:
        card=f"{CONFIG.weights}/{{weights}}.json",
    output:
        card=f"{RESULTS}/weights/{{weights}}.json",
    wildcard_constraints:
        weights=names("weights", "pretrained", "contrastive"),
    params:
        code=code("record_weights"),
    log:
        f"{RESULTS}/logs/record_weights/{{weights}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/record_weights/{{weights}}.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "Keeping the card of {wildcards.weights}"
    script:
        "../workflow_scripts/record_weights.py"


rule fetch_weights:
    output:
        card=f"{RESULTS}/weights/{{weights}}.json",
    wildcard_constraints:
        weights=names("weights", "published", "local"),
    params:
        weights=of_weights,
        path=lambda wildcards: weights_path(wildcards.weights),
        code=code("fetch_weights"),
    log:
        f"{RESULTS}/logs/fetch_weights/{{weights}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fetch_weights/{{weights}}.tsv"
    resources:
        local_files=LOCAL_FILES,
    conda:
        "../envs/data.yaml"
    message:
        "Fetching and verifying the weights {wildcards.weights}"
    script:
        "../workflow_scripts/fetch_weights.py"
