"""The curves of the runs, and the authors' log beside them."""

import re
from pathlib import Path

import pytest

from methods.errors import InputError
from methods.reporting.curves import draw_journals
from tests.report.conftest import render_results, rows_of
from tests.report.results import Results


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text("utf-8")


def test_a_value_that_is_not_finite_is_left_out_of_its_curve(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=[0, 1])
    number = results.run["training"]["iterations"]
    add_column(results, 0, ["nan"] * number)
    norms = ["inf", "nan", *(str(2 + at) for at in range(number - 2))]
    add_column(results, 1, norms)
    runs = [run for run in results.sources().segmentation if run.run == "more"]
    drawn = {drawing.name: drawing for drawing in draw_journals("more", runs).drawings}
    assert drawn["curve-more-gradient_norm"].description == (
        f"norm of the gradients by iteration: seed 0 without a value; seed 1 from 2 to {norms[-1]}."
    )
    assert drawn["curve-more-total"].description.count("seed") == 2


def test_journals_of_one_run_have_the_same_columns(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=[0, 1])
    add_column(results, 1, ["1"] * results.run["training"]["iterations"])
    runs = [run for run in results.sources().segmentation if run.run == "more"]
    with pytest.raises(InputError, match=r"seed1/.*a table of other columns, expected those of .*"):
        draw_journals("more", runs)


def add_column(results: Results, seed: int, values: list[str]) -> None:
    """The norms of the gradients in a journal."""
    path = results.folder("more", seed) / "train/journal.csv"
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{first},gradient_norm", *map(",".join, zip(rows, values, strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_axes_that_may_not_begin_at_zero_are_named(page: Path) -> None:
    text = page.read_text("utf-8")
    told = text.index("and need not begin at 0.")
    for title in ("Run more: mIoU by iteration", "Run more: losses and rates by iteration"):
        assert told < text.index(f"<h3>{title}</h3>")


def test_the_curve_may_be_of_another_split(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": {"evaluation": {"curve_split": "val_part"}}})
    page = render_results(results)
    assert not (results.folder() / "validation/val.300.json").exists()
    for table in ("validation", "oracle"):
        assert {row["split"] for row in rows_of(page, table)} == {"val_part"}
    assert {row["images in the split"] for row in rows_of(page, "validation")} == {"5"}
    assert {row["split"] for row in rows_of(page, "controls")} == {"val"}
    text = page.read_text("utf-8")
    assert "mIoU on val_part of every checkpoint" in text
    assert "Controls of shapes: mIoU on val," in text
    links = [row["link"] for row in rows_of(page, "chain-more-seed0")]
    assert "validation on val_part, iteration 300" in links
    assert not [link for link in links if link.startswith("validation on val,")]


def test_curves_stand_beside_the_authors_log(text: str) -> None:
    for name in ("validation-more-decoder", "validation-more-lam", "curve-more-attri"):
        figure = re.search(rf'<figure class="drawing" id="{name}">.*?</figure>', text, re.S)
        assert figure is not None
        assert "authors' log from" in figure[0]
    regulariser = re.search(r'<figure class="drawing" id="curve-more-reg">.*?</figure>', text, re.S)
    assert regulariser is not None
    assert "authors' log" not in regulariser[0]  # it does not have this loss


def test_the_log_is_of_one_data_set_only(tmp_path: Path) -> None:
    log = {"file": "claims/reference/more_training_log.csv", "dataset": "coco"}
    page = render_results(Results(tmp_path, settings={"reference_log": log}))
    assert "authors' log" not in page.read_text("utf-8").partition('id="curves"')[2]
