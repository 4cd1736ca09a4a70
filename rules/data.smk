from methods.data.formats import generator_name


rule generate_archives:
    output:
        archives=directory(GENERATED),
        receipt=f"{GENERATED}.json",
    wildcard_constraints:
        dataset=names("datasets", "generated"),
    params:
        format=of_dataset("format"),
        generated=of_dataset("generated"),
        classes=of_dataset("classes"),
        code=data_code("generate_archives", generator_name),
    log:
        f"{RESULTS}/logs/generate_archives/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/generate_archives/{{dataset}}.tsv"
    threads: MANY
    conda:
        "../envs/data.yaml"
    message:
        "Generating the archives of {wildcards.dataset}"
    script:
        "../workflow_scripts/generate_archives.py"


rule fetch_archives:
    input:
        receipt=generated_receipt,
        generated=ancient(generated_archives),  # the receipt tells whether they are others
    output:
        verified=f"{ARCHIVES}/verified.json",
    params:
        source=of_dataset("source"),
        archives=of_dataset("archives"),
        code=code("fetch_archives"),
    log:
        f"{RESULTS}/logs/fetch_archives/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fetch_archives/{{dataset}}.tsv"
    resources:
        local_files=LOCAL_FILES,
    conda:
        "../envs/data.yaml"
    message:
        "Fetching and verifying the archives of {wildcards.dataset}"
    script:
        "../workflow_scripts/fetch_archives.py"


rule extract_archives:
    input:
        verified=f"{ARCHIVES}/verified.json",
    output:
        tree=directory(f"{EXTRACTED}/tree"),
        extraction=f"{EXTRACTED}/extraction.json",
    params:
        format=of_dataset("format"),
        classes=of_dataset("classes"),
        code=data_code("extract_archives"),
    log:
        f"{RESULTS}/logs/extract_archives/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/extract_archives/{{dataset}}.tsv"
    threads: MANY
    conda:
        "../envs/data.yaml"
    message:
        "Extracting {wildcards.dataset} and deriving its masks"
    script:
        "../workflow_scripts/extract_archives.py"


rule check_dataset:
    input:
        extraction=f"{EXTRACTED}/extraction.json",
    output:
        manifest=f"{RESULTS}/data/{{dataset}}/manifest.json",
        index=f"{RESULTS}/data/{{dataset}}/index.csv",
        checks=f"{RESULTS}/data/{{dataset}}/checks.json",
    params:
        format=of_dataset("format"),
        source=of_dataset("source"),
        images=images,
        classes=of_dataset("classes"),
        splits=of_dataset("splits"),
        expected_images=of_dataset("images"),
        held_out=of_dataset("held_out"),
        code=data_code("check_dataset"),
    log:
        f"{RESULTS}/logs/check_dataset/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/check_dataset/{{dataset}}.tsv"
    threads: MANY
    conda:
        "../envs/data.yaml"
    message:
        "Checking every file of {wildcards.dataset}"
    script:
        "../workflow_scripts/check_dataset.py"
