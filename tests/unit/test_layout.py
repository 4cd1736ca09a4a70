"""What lies where in the results, said once."""

from methods.layout import (
    CONTROLS,
    SEED_STAGES,
    SEGMENTATION_STAGES,
    control_file,
    labels_index,
    metrics_file,
)
from methods.reporting.claims import SCHEMA
from methods.yaml_files import read_yaml


def test_claims_may_name_every_stage_and_control_and_no_other() -> None:
    quantity = read_yaml(SCHEMA)["$defs"]["quantity"]["properties"]
    assert quantity["stage"]["enum"] == [*SEGMENTATION_STAGES, *SEED_STAGES]
    assert quantity["control"]["enum"] == list(CONTROLS)


def test_files_lie_in_the_folder_of_run_and_seed() -> None:
    assert metrics_file("more", 0, "val", "crf") == "more/seed0/metrics/val.crf.json"
    assert labels_index("more", 0, "val", "crf") == "more/seed0/crf/val/index.json"
    assert labels_index("more", 1, "val", "raw") == "more/seed1/labels/val.raw/index.json"
    assert control_file("voc2012", "val", "colour") == "controls/voc2012/val.colour.json"
