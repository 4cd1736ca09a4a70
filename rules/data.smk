from methods.data.formats import COCO, CUB, ILSVRC, VOC, generator_name


rule generate_archives:
    output:
        voc=f"{ARCHIVES}/{VOC.archives[0]}",
        sbd=f"{ARCHIVES}/{VOC.archives[1]}",
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=made_as(*VOC.archives[:2]),
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


use rule generate_archives as generate_archives_with_test with:
    output:
        voc=f"{ARCHIVES}/{VOC.archives[0]}",
        sbd=f"{ARCHIVES}/{VOC.archives[1]}",
        test=f"{ARCHIVES}/{VOC.archives[2]}",
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=made_as(*VOC.archives),


use rule generate_archives as generate_coco_archives with:
    output:
        train=f"{ARCHIVES}/{COCO.archives[0]}",
        val=f"{ARCHIVES}/{COCO.archives[1]}",
        annotations=f"{ARCHIVES}/{COCO.archives[2]}",
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=made_as(*COCO.archives),


use rule generate_archives as generate_cub_archives with:
    output:
        cub=f"{ARCHIVES}/{CUB.archives[0]}",
        segmentations=f"{ARCHIVES}/{CUB.archives[1]}",
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=made_as(*CUB.archives[:2]),


use rule generate_archives as generate_cub_archives_with_cubv2 with:
    output:
        cub=f"{ARCHIVES}/{CUB.archives[0]}",
        segmentations=f"{ARCHIVES}/{CUB.archives[1]}",
        cubv2=f"{ARCHIVES}/{CUB.archives[2]}",
        cubv2_lists=f"{ARCHIVES}/{CUB.archives[3]}",
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=made_as(*CUB.archives),


use rule generate_archives as generate_ilsvrc_archives with:
    output:
        train=f"{ARCHIVES}/{ILSVRC.archives[0]}",
        val=f"{ARCHIVES}/{ILSVRC.archives[1]}",
        boxes=f"{ARCHIVES}/{ILSVRC.archives[2]}",
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=made_as(*ILSVRC.archives),


rule fetch_archives:
    output:
        receipt=f"{ARCHIVES}/receipt.json",
    wildcard_constraints:
        dataset=names("datasets", "published", "local"),
    params:
        source=of_dataset("source"),
        archives=of_dataset("archives"),
        code=code("fetch_archives"),
    log:
        f"{RESULTS}/logs/fetch_archives/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/fetch_archives/{{dataset}}.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "Fetching the archives of {wildcards.dataset}"
    script:
        "../workflow_scripts/fetch_archives.py"


rule verify_archives:
    input:
        receipt=f"{ARCHIVES}/receipt.json",
        archives=made_archives,
    output:
        verified=f"{ARCHIVES}/verified.json",
    params:
        code=code("verify_archives"),
    log:
        f"{RESULTS}/logs/verify_archives/{{dataset}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/verify_archives/{{dataset}}.tsv"
    conda:
        "../envs/data.yaml"
    message:
        "Verifying sizes and digests of the archives of {wildcards.dataset}"
    script:
        "../workflow_scripts/verify_archives.py"


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
