rule judge_claims:
    input:
        claims=[str(HERE / file) for file in CONFIG.experiment["claims"]],
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
        published=published_settings(),
        reference_log=reference_log(),
        verdicts=f"{RESULTS}/verdicts.json",
        receipts=f"{RESULTS}/receipts.json",
        packages=all_packages,
        manifests=of_datasets("manifest.json"),
        indices=of_datasets("index.csv"),
        checks=of_datasets("checks.json"),
        controls=all_controls,
        cards=all_cards,
        resolved=of_trainings("resolved.yaml"),
        journals=of_trainings("train/journal.csv"),
        done=of_trainings("train/done.json"),
        checkpoints=of_runs("checkpoint.json"),
        validations=all_validations,
        boxes=all_box_files,
        metrics=all_metrics,
        cross_checks=of_segmentations("metrics/cross_check.json"),
    output:
        page=f"{RESULTS}/report.html",
        tables=directory(f"{RESULTS}/report"),
    params:
        experiment=shown_experiment(),
        seeds=list(CONFIG.seeds),
        data=str(CONFIG.data),
        benchmarks=f"{RESULTS}/benchmarks",
        project=str(HERE),
        code=code(
            "render_report", *page_modules(), files=PROJECT.glob("methods/reporting/templates/*")
        ),
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
