rule preflight:
    # Neither an output nor a benchmark, which counts as one, so that it runs whenever it is asked.
    params:
        project=str(HERE),
        overrides=dict(config),
        gpu=bool(GPU),
        cores=lambda wildcards: workflow.cores,
    log:
        f"{RESULTS}/logs/preflight.log",
    conda:
        "../envs/report.yaml"
    message:
        "Comparing what the experiment needs with what this machine has"
    script:
        "../workflow_scripts/preflight.py"
