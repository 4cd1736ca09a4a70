rule resolve_run:
    input:
        index=in_data("index.csv"),
    output:
        resolved=f"{RUN}/resolved.yaml",
    params:
        run=of_run(*TRAINED),
        classes=of_dataset("classes"),
        code=method_code("resolve_run", "training"),
    log:
        f"{RESULTS}/logs/resolve_run/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/resolve_run/{{run}}.seed{{seed}}.tsv"
    resources:
        gpu=GPU,  # asked whether it is there
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
        gallery=gallery,
    conda:
        "../envs/torch.yaml"
    message:
        "Resolving the settings of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/resolve_run.py"


rule train_model:
    input:
        resolved=f"{RUN}/resolved.yaml",
        index=in_data("index.csv"),
        manifest=in_data("manifest.json"),  # not read: changed images are trained on again
        card=weights_card,
        weights=made_weights,
        guide_card=guide_card,
        guide=made_guide,
        rehearsal=ancient(confirmed_rehearsal),  # not read
    output:
        journal=f"{RUN}/train/journal.csv",
        checkpoints=directory(f"{RUN}/train/checkpoints"),
        done=f"{RUN}/train/done.json",
    params:
        images=images,
        weights=lambda wildcards: weights_path(run_of(wildcards)["weights"]),
        guide=guide_path,
        code=method_code("train_model", "training"),
    log:
        f"{RESULTS}/logs/train_model/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train_model/{{run}}.seed{{seed}}.tsv"
    threads: learning_threads
    resources:
        gpu=cards,
        device=CONFIG.device,
        deterministic=CONFIG.deterministic,
        states=STATES,
        guards=GUARDS,
    conda:
        "../envs/torch.yaml"
    message:
        "Training {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/train_model.py"
