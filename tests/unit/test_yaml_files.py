"""YAML files are read as they are meant, and a broken one is refused in one sentence."""

from pathlib import Path

import pytest
import yaml

from methods.errors import InputError
from methods.yaml_files import read_yaml, yaml_text


def test_yaml_reads_ids_as_text_and_exponents_as_numbers(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("id: 2007_000033\nlr: 1e-6\nn: 12\nyes: on\nt: true\n", encoding="utf-8")
    expected = {"id": "2007_000033", "lr": 1e-6, "n": 12, "yes": "on", "t": True}
    assert read_yaml(file) == expected


NUMBER_LIKE = ["1e5", "1e-3", "1.5e3", "5E2", "-1e2", "+.5", "1E5", ".5e1", "12", "0x1f", "1_000"]


def test_text_is_read_back_as_text_and_a_number_as_a_number(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    words = ["on", "No", "~", "null", "=", "<<", "2007_000033", "2026-07-05", "", ".inf", ".NaN"]
    values = {
        "classes": [*NUMBER_LIKE, *words],
        **dict.fromkeys(NUMBER_LIKE, "a key"),
        "numbers": [1e5, 1e-6, 1e22, -2.5e-7, float("inf"), 12, 0, True, None],
    }
    file.write_text(yaml_text(values), encoding="utf-8")
    read = read_yaml(file)
    assert read == values
    assert [type(one) for one in read["numbers"]] == [type(one) for one in values["numbers"]]


def test_other_text_is_written_as_ever() -> None:
    values = {"lr": 6e-05, "names": ["cat", "2007_000033", "yes", "caf\u00e9", "e5", "1e5x"]}
    assert yaml_text(values) == yaml.safe_dump(values, sort_keys=False)
    unicode = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    assert yaml_text(values, ascii_only=False) == unicode


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: 2\na: 3\n", "line 3: found a mistake (the key 'a' a second time)"),
        (b"a: [1, 2\nb: 3\n", "line 2: found"),
        (b"a: [1\n", "found a mistake ("),
        (b"a: 1\n\tb: 2\n", "line 2: found a mistake (found character"),
        (b"a: \xff\n", "found bytes that are not text"),
        (b"a: !!python/object/apply:os.getcwd []\n", "line 1: found"),
        (b'a: !!int "abc"\n', "found values that cannot be read (ValueError)"),
        (b'a: !!bool "x"\n', "found values that cannot be read (KeyError)"),
        (b"a: &a {b: *a}\n", "found values that cannot be read (ValueError)"),
        (b"a: " + 3000 * b"[", "found values that cannot be read (RecursionError)"),
    ],
)
def test_broken_yaml_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_yaml(file)
    assert said in str(raised.value)
    assert "found found" not in str(raised.value)
    assert "\n" not in str(raised.value)
