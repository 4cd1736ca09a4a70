"""Protocols and formulas in words."""

import importlib
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from methods.errors import InputError
from methods.more.formulation import PRESETS
from methods.protocols import Protocol, read_protocols
from methods.reporting.formulations import switched
from methods.reporting.method_words import method_words
from methods.reporting.protocol_names import long_name, short_names
from methods.reporting.reference_log import read_reference_log, validated
from tests.report.other_method import add_method
from tests.report.results import PROTOCOLS, REPOSITORY

DECODER = Protocol("decoder", "val", (1.0, 1.25, 1.5), flip=True, crf=True)
LAM = Protocol("lam", "val", (1.0,), flip=True, labels="decoder")
LOG = REPOSITORY / "claims/reference/more_training_log.csv"


def test_whole_names_tell_every_step() -> None:
    assert long_name(DECODER) == "decoder, scales 1, 1.25, 1.5, flip, CRF"
    assert long_name(LAM) == "LAM, scale 1, flip, labels predicted by the decoder"
    aspect = Protocol("decoder", "val", (1.0,), flip=False, resize="aspect")
    assert long_name(aspect) == "decoder, scale 1, aspect ratio kept"


def test_short_names_tell_what_differs() -> None:
    protocols = read_protocols({"protocols": PROTOCOLS})
    decoder = {name: p for name, p in protocols.items() if p.of_decoder}
    assert short_names(decoder) == {
        "raw": "raw\nscale 1",
        "multiscale": "multiscale\n3 scales + flip",
        "crf": "crf\n3 scales + flip + CRF",
        "aspect": "aspect\n3 scales + flip\naspect ratio kept",
        "aspect_crf": "aspect_crf\n3 scales + flip + CRF\naspect ratio kept",
    }
    seeds = {name: protocols[name] for name in ("cam", "lam", "cam_crf")}
    assert short_names(seeds) == {"cam": "cam", "lam": "lam", "cam_crf": "cam_crf\nCAM + CRF"}
    predicted = {name: protocols[name] for name in ("lam_logits", "lam_decoder")}
    assert short_names(predicted) == {
        "lam_logits": "lam_logits\nlabels: classifier",
        "lam_decoder": "lam_decoder\nlabels: decoder",
    }
    assert short_names({"one": LAM}) == {"one": "one\nLAM"}


def test_words_that_are_the_same_of_two_protocols_are_left_out() -> None:
    few = Protocol("decoder", "val", (0.5, 1.0), flip=True)
    other = Protocol("decoder", "val", (1.0, 2.0), flip=True)
    assert short_names({"small": few, "large": other, "crf": DECODER}) == {
        "small": "small",
        "large": "large",
        "crf": "crf\n3 scales + CRF",
    }


@pytest.mark.parametrize("method", ["more", "cdtr"])
def test_every_switch_has_words(method: str) -> None:
    formulation = importlib.import_module(f"methods.{method}.formulation").Formulation
    hints = get_type_hints(formulation)
    values = {
        (field.name, value)
        for field in fields(formulation)
        for value in get_args(hints[field.name])
        if value != field.default
    }
    words = method_words(method).SWITCHES
    assert set(words) == values
    assert all("program" in text for text in words.values())


def test_only_switches_that_leave_the_program_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(switched({"method": "more", "formulation": "program"})) == []
    named = {switch for switch, _, _ in switched({"method": "more", "formulation": "paper"})}
    paper = PRESETS["paper"]
    assert named == {f.name for f in fields(paper) if getattr(paper, f.name) != "program"}
    add_method(monkeypatch, "other", program={"pull": "program", "push": "program"})
    (other,) = switched({"method": "other", "formulation": {"pull": "hard", "push": "program"}})
    assert other == ("pull", "hard", "pull: hard instead of program")
    assert list(switched({"method": "other"})) == []  # it has no switches at all


def test_switches_are_held_against_the_authors_where_they_left_their_first_program() -> None:
    first, ours = {"method": "cdtr"}, {"method": "cdtr", "formulation": {"object_map": "raw"}}
    later = {"formulation": {"object_map": "normalised"}}
    assert list(switched(ours, {**first, "formulation": "program"})) == []
    assert list(switched({**first, **later}, later)) == []
    told = ("object_map", "raw", "object_map: raw instead of normalised")
    assert list(switched(ours, later)) == [told]
    ((_, _, words),) = switched({**first, **later})
    assert words == method_words("cdtr").SWITCHES["object_map", "normalised"]


def test_a_resumed_log_has_every_iteration_once() -> None:
    coco = read_reference_log(LOG, "coco")
    assert coco["iteration"].is_monotonic_increasing
    assert len(coco) == coco["iteration"].nunique() == 400
    assert validated(coco, "decoder").to_dict("list") == {"iteration": [80000], "miou": [47.285]}
    voc = validated(read_reference_log(LOG, "voc"), "decoder")
    assert dict(zip(voc["iteration"], voc["miou"], strict=True))[18000] == 73.569
    assert validated(coco, "other_map").empty


def test_a_log_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no line of imagenet"):
        read_reference_log(LOG, "imagenet")
    with pytest.raises(InputError, match="no such file"):
        read_reference_log(tmp_path / "none.csv", "voc")
    (tmp_path / "log.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="found a table of other columns"):
        read_reference_log(tmp_path / "log.csv", "voc")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InputError, match="found no table"):
        read_reference_log(tmp_path / "empty.csv", "voc")
