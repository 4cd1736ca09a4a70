rule judge_claims:
    input:
        claims=[str(HERE / file) for file in CONFIG.experiment["claims"]],
        published=published_settings(),
        deviation_classes=deviation_classes(),
        metrics=all_metrics,
        controls=all_controls,
        counts=counts_of_images,
        checkpoints=of_runs("checkpoint.json"),
        validations=all_validations,
        receipts=f"{RESULTS}/receipts.json",
        cross_checks=of_segmentations("metrics/cross_check.json"),  # not read: no verdict before them
    output:
        verdicts=f"{RESULTS}/verdicts.json",
    params:
        seeds=list(CONFIG.seeds),
        runs=judged_runs(),
        voided=voided,
        code=code("judge_claims"),
    log:
        f"{RESULTS}/logs/judge_claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/judge_claims.tsv"
    conda:
        "../envs/report.yaml"
    message:
        "Judging the claims"
    script:
        "../workflow_scripts/judge_claims.py"


rule render_report:
    input:
        **SHOWN,
        claims=rules.judge_claims.input.claims,
        papers=papers(),
        deviation_classes=deviation_classes(),
        reference_log=reference_log(),
        locks=lock_files(),  # the page names their digests
    output:
        page=report(  # report(): for `snakemake --report`
            f"{RESULTS}/report.html",
            category="Verdicts",
            labels={"file": "the page"},
            caption="captions/page.rst",
        ),
        tables=report(
            directory(f"{RESULTS}/report"),
            patterns=["{table}.csv"],
            category="Tables",
            labels={"table": "{table}"},
            caption="captions/table.rst",
        ),
    params:
        experiment=shown_experiment(),
        seeds=list(CONFIG.seeds),
        runs=judged_runs(),
        voided=voided,
        unshown=unshown,  # a trigger alone: the page reads the registry
        data=str(CONFIG.data),
        benchmarks=f"{RESULTS}/benchmarks",
        project=str(HERE),
        code=code("render_report", *page_modules(), files=page_files()),
    log:
        f"{RESULTS}/logs/render_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/render_report.tsv"
    conda:
        "../envs/report.yaml"
    message:
        "Rendering the report"
    script:
        "../workflow_scripts/render_report.py"


rule write_crate:
    input:
        **SHOWN,
        page=f"{RESULTS}/report.html",
        tables=f"{RESULTS}/report",
        own=workflow_files(),
    output:
        metadata=f"{RESULTS}/ro-crate-metadata.json",
        workflow=directory(f"{RESULTS}/workflow"),
    params:
        experiment=shown_experiment(),
        seeds=list(CONFIG.seeds),
        data=str(CONFIG.data),
        benchmarks=f"{RESULTS}/benchmarks",
        logs=f"{RESULTS}/logs",
        project=str(HERE),
        code=code("write_crate"),
    log:
        f"{RESULTS}/logs/write_crate.log",
    benchmark:
        f"{RESULTS}/benchmarks/write_crate.tsv"
    conda:
        "../envs/report.yaml"
    message:
        "Describing the results as an RO-Crate"
    script:
        "../workflow_scripts/write_crate.py"
