"""What lies where in the results, said once."""

from methods import layout
from methods.claim_files import SCHEMA
from methods.protocols import Protocol
from methods.yaml_files import read_yaml

PLAIN = Protocol(map="decoder", split="val", scales=(1.0,), flip=False)
REFINED = Protocol(map="decoder", split="val", scales=(1.0,), flip=True, crf=True, resize="aspect")
SEED = Protocol(map="cam", split="train", scales=(1.0,), flip=True, labels="given")


def test_claims_may_name_every_control_and_no_other() -> None:
    quantity = read_yaml(SCHEMA)["$defs"]["quantity"]["properties"]
    known = {control for of_task in layout.CONTROLS.values() for control in of_task}
    assert set(quantity["control"]["enum"]) == known


def test_files_lie_in_the_folder_of_run_and_seed() -> None:
    assert layout.metrics_file("more", 0, "val", "crf") == "more/seed0/metrics/val.crf.json"
    assert layout.validation_file("more", 1, "val", 300) == "more/seed1/validation/val.300.json"
    assert layout.submission_file("more", 1) == "more/seed1/submission/package.json"
    assert layout.control_file("voc2012", "val", "colour") == "controls/voc2012/val.colour.json"


def test_label_maps_lie_apart_where_a_crf_made_them() -> None:
    where = layout.labels_index("more", 0, "val", "raw", PLAIN)
    assert where == "more/seed0/labels/val.raw/index.json"
    where = layout.labels_index("more", 0, "test", "aspect_crf", REFINED)
    assert where == "more/seed0/crf/test.aspect_crf/index.json"


def test_protocols_share_what_the_network_said() -> None:
    found = [layout.predictions_index("more", 0, "val", p) for p in (PLAIN, REFINED, SEED)]
    assert found == [
        "more/seed0/predictions/val.square/index.json",
        "more/seed0/predictions/val.aspect/index.json",
        "more/seed0/maps/val/index.json",
    ]
