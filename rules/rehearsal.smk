# A long training starts behind its rehearsal. The rules of the other stages make that, too.
rule rehearse:
    input:
        rehearsed=all_rehearsals,
    message:
        "All rehearsals have come to their end"


rule sample_dataset:
    input:
        index=f"{RESULTS}/data/{{dataset}}/index.csv",
        manifest=f"{RESULTS}/data/{{dataset}}/manifest.json",
    output:
        index=f"{RESULTS}/data/{{dataset}}+{{sample}}/index.csv",
        manifest=f"{RESULTS}/data/{{dataset}}+{{sample}}/manifest.json",
    params:
        images=images_of_sample,
        code=code("sample_dataset"),
    log:
        f"{RESULTS}/logs/sample_dataset/{{dataset}}+{{sample}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/sample_dataset/{{dataset}}+{{sample}}.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "Taking a few images of every split of {wildcards.dataset}"
    script:
        "../workflow_scripts/sample_dataset.py"


rule confirm_rehearsal:
    input:
        rehearsed=ancient(required_rehearsal),
    output:
        rehearsal=f"{RESULTS}/{{run}}/rehearsal.json",
    params:
        iterations=iterations_of,
        code=code("confirm_rehearsal"),
    log:
        f"{RESULTS}/logs/confirm_rehearsal/{{run}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/confirm_rehearsal/{{run}}.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "Checking that {wildcards.run} was rehearsed, where its training is long"
    script:
        "../workflow_scripts/confirm_rehearsal.py"
