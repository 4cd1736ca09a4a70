import atexit
import os
import sys
import time
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27.1")

PROJECT = Path(workflow.basedir)
STARTED = time.time()
sys.path.insert(0, str(PROJECT))
# Threads that wait must sleep: where two jobs share the cores, spinning ones halve their speed.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.registry.calls import forget_call
from workflow_scripts.brief import speak_briefly
from workflow_scripts.dry_run import print_needs
from workflow_scripts.failures import print_failures
from workflow_scripts.log_lines import output_of
from workflow_scripts.start import check_start, note_start, require_targets

if not workflow.output_settings.verbose:
    speak_briefly(logger, workflow.output_settings.dryrun)

try:
    CONFIG = load_configuration(PROJECT, config)
except InputError as error:
    sys.exit(str(error))


localrules:
    report,
    preflight,
    rehearse,
    data,
    train,
    metrics,
    fetch_archives,
    fetch_weights,
    record_weights,
    sample_dataset,
    confirm_rehearsal,
    select_checkpoint,
    check_receipts,
    judge_claims,


include: "rules/common.smk"
include: "rules/params.smk"
include: "rules/inputs.smk"
include: "rules/scored.smk"
include: "rules/shown.smk"
include: "rules/rehearsal_files.smk"


# The rules that only name files have a message, since Snakemake else prints every one of them.
if CONFIG.strict:

    # Snakemake calls no hook where nothing had to run, and the hook is what judges: so this one
    # has work of its own, and runs whenever it is asked.
    rule report:
        default_target: True
        input:
            **SHOWN,
            page=f"{RESULTS}/report.html",
            tables=f"{RESULTS}/report",
            crate=f"{RESULTS}/ro-crate-metadata.json",
            workflow=f"{RESULTS}/workflow",
            whole=nothing_where_folders_are_whole,
        message:
            "Holding the claims to `strict: true`"
        shell:
            ":"

else:

    rule report:
        default_target: True
        input:
            **SHOWN,
            page=f"{RESULTS}/report.html",
            tables=f"{RESULTS}/report",
            crate=f"{RESULTS}/ro-crate-metadata.json",
            workflow=f"{RESULTS}/workflow",
            whole=nothing_where_folders_are_whole,
        message:
            "The report is there: {input.page}"


rule data:
    input:
        checks=of_datasets("checks.json"),
    message:
        "All data sets are there and checked"


rule train:
    input:
        checkpoints=of_runs("checkpoint.json"),
    message:
        "All trainings have their chosen checkpoints"


rule metrics:
    input:
        metrics=all_metrics,
        cross_checks=of_segmentations("metrics/cross_check.json"),
        controls=all_controls,
    message:
        "All metrics are there"


include: "rules/preflight.smk"
include: "rules/data.smk"
include: "rules/weights.smk"
include: "rules/rehearsal.smk"
include: "rules/train.smk"
include: "rules/checkpoint.smk"
include: "rules/predict.smk"
include: "rules/crf.smk"
include: "rules/boxes.smk"
include: "rules/submission.smk"
include: "rules/metrics.smk"
include: "rules/report.smk"


if workflow.output_settings.dryrun:
    # A dry run calls none of the hooks below.
    atexit.register(print_needs, workflow, CONFIG, bool(GPU))


# Not called for the jobs of a cluster, each a Snakemake of its own, while others still write.
onstart:
    try:
        check_start(workflow, CONFIG, bool(GPU))
        note_start(workflow, RESULTS, log)
    except InputError as error:
        sys.exit(str(error))
    print(f"Each job's progress stands in {RESULTS}/logs", file=sys.stderr)


onerror:
    print_failures(RESULTS / "logs", STARTED)
    try:
        forget_call(RESULTS)
    except InputError as error:
        sys.exit(str(error))


onsuccess:
    ran = {job.rule.name for job in workflow.dag.jobs}
    try:
        forget_call(RESULTS)
        require_targets(workflow)
        if "preflight" in ran:
            print(output_of(RESULTS / "logs/preflight.log"))
        # Under make, which prints it even where nothing had to run, this would be the second time.
        if "render_report" in ran and "MAKELEVEL" not in os.environ:
            from methods.reporting.summary import finish  # not above: scipy takes long to load

            finish(CONFIG)
    except InputError as error:
        sys.exit(str(error))
