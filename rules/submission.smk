rule package_submission:
    input:
        labels=submitted_labels,
        index=in_data("index.csv"),
    output:
        results=directory(f"{RUN}/submission/results"),
        tar=f"{RUN}/submission/results.tar",
        package=f"{RUN}/submission/package.json",
    params:
        protocol=in_run("submission", "protocol"),
        classes=of_dataset("classes"),
        code=code("package_submission"),
    log:
        f"{RESULTS}/logs/package_submission/{{run}}.seed{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/package_submission/{{run}}.seed{{seed}}.tsv"
    threads: 1
    conda:
        "../envs/data.yaml"
    message:
        "Packing the test label maps of {wildcards.run}, seed {wildcards.seed}"
    script:
        "../workflow_scripts/package_submission.py"


rule check_receipts:
    input:
        packages=all_packages,
        receipts=written_receipts,
    output:
        receipts=f"{RESULTS}/receipts.json",
    params:
        classes=classes_of_packages,
        code=code("check_receipts", files=(PROJECT / "receipts/schema.yaml",)),
    log:
        f"{RESULTS}/logs/check_receipts.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_receipts.tsv"
    threads: 1
    conda:
        "../envs/report.yaml"
    message:
        "Matching the evaluation server's receipts with the packages"
    script:
        "../workflow_scripts/check_receipts.py"
