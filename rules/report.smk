def of_runs(pattern):
    """Files of every run and seed, by a pattern with {split}, the split of the segmentation."""
    return [
        pattern.format(run=run, seed=seed, split=scored_split(run, "raw"))
        for run in RUNS
        for seed in CONFIG.seeds
    ]


def of_datasets(file):
    return expand(f"{RESULTS}/data/{{dataset}}/{file}", dataset=DATASETS)


rule judge_claims:
    input:
        claims=str(HERE / CONFIG.experiment["claims"]),
        metrics=all_metrics,
        controls=all_controls,
    output:
        verdicts=f"{RESULTS}/verdicts.json",
    log:
        f"{RESULTS}/logs/judge_claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/judge_claims.tsv"
    conda:
        "../envs/report.yaml"
    params:
        seeds=list(CONFIG.seeds),
        code=code("judge_claims"),
    message:
        "Judging the claims"
    script:
        "../workflow_scripts/judge_claims.py"


rule render_report:
    input:
        published=str(HERE / "experiments/paper.yaml"),
        verdicts=f"{RESULTS}/verdicts.json",
        manifests=of_datasets("manifest.json"),
        indices=of_datasets("index.csv"),
        checks=of_datasets("checks.json"),
        controls=all_controls,
        cards=lambda wildcards: [
            f"{RESULTS}/weights/{run['weights']}.json" for run in RUNS.values()
        ],
        resolved=of_runs(f"{RUN}/resolved.yaml"),
        journals=of_runs(f"{RUN}/train/journal.csv"),
        done=of_runs(f"{RUN}/train/done.json"),
        checkpoints=of_runs(f"{RUN}/checkpoint.json"),
        metrics=all_metrics,
        cross_checks=of_runs(f"{RUN}/metrics/cross_check.json"),
        maps=of_runs(f"{RUN}/maps/{{split}}/index.json"),
    output:
        page=f"{RESULTS}/report.html",
        tables=directory(f"{RESULTS}/report"),
    log:
        f"{RESULTS}/logs/render_report.log",
    benchmark:
        f"{RESULTS}/benchmarks/render_report.tsv"
    conda:
        "../envs/report.yaml"
    params:
        experiment=ordered(CONFIG.experiment),
        seeds=list(CONFIG.seeds),
        data=str(CONFIG.data),
        benchmarks=f"{RESULTS}/benchmarks",
        project=str(HERE),
        code=code(
            "render_report",
            files=[
                *PROJECT.glob("methods/reporting/templates/*"),
                PROJECT / "claims/schema.yaml",
            ],
        ),
    message:
        "Rendering the report"
    script:
        "../workflow_scripts/render_report.py"
