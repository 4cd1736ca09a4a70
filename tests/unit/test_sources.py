"""Files that an experiment names stand in the table of sources, or have a checksum of their own."""

from pathlib import Path

import pytest

from methods.configuration.checks import check_experiment
from methods.configuration.experiments import read_experiment
from methods.data.sources import read_sources
from methods.errors import InputError
from tests.unit.small_project import PROJECT, copy_project


def test_archive_of_the_user_needs_a_checksum() -> None:
    experiment = read_experiment(PROJECT, "paper")
    experiment["datasets"]["voc2012"] |= {
        "source": "local",
        "archives": [{"name": "benchmark.tgz"}],
    }
    with pytest.raises(InputError, match=r"no checksum of benchmark\.tgz"):
        check_experiment(experiment, PROJECT, "paper.yaml")


def test_published_files_have_the_digests_of_the_table() -> None:
    experiment = read_experiment(PROJECT, "paper")
    archives = {
        archive["name"]: archive for archive in experiment["datasets"]["voc2012"]["archives"]
    }
    assert archives["VOCtrainval_11-May-2012.tar"] == {
        "name": "VOCtrainval_11-May-2012.tar",
        "bytes": 1999639040,
        "md5": "6cd6e144f989b92b3379bac3b3de84fd",
    }
    assert archives["VOC2012test.tar"] == {
        "name": "VOC2012test.tar",
        "md5": "9065beb292b6c291fad82b2725749fda",
    }
    assert read_sources()["CUBV2.tar"].archive() == {"name": "CUBV2.tar", "digest": "unknown"}
    prefixes = {block["sha256_prefix"][:8] for block in experiment["weights"].values()}
    assert prefixes == {"80ecf9dd", "cd65a155", "40d36571"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "[CUB_200_2011.tgz,",
            "[CUB_200_2012.tgz,",
            r"datasets\.cub\.archives: .*CUB_200_2011\.tgz",
        ),
        ("ViT-B-32.pt", "ViT-B-33.pt", r"weights\.clip.*\.file: .*ViT-B-32\.pt"),
        ("file: ViT-B-32.pt", "file: CUBV2.tar", r"whose SHA-256 is not published"),
    ],
)
def test_a_file_that_is_not_in_the_table_of_sources_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    project = copy_project(tmp_path)
    file = project / "experiments/paper.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_experiment(project, "paper")
