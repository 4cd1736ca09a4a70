"""YAML as people expect it: exact numbers, no key twice, and errors that name the line."""

import json
import math
import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from methods.errors import InputError


class _Loader(yaml.SafeLoader):
    """A safe loader with the scalars of YAML 1.2.

    By the rules of YAML 1.1 the image id 2007_000033 is a number and 1e-6 is text.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping, and refuse a key that stands in it twice."""
        # "<<" takes over another mapping, whose keys may be given anew.
        keys = [
            key.value if key.tag.endswith(":merge") else self.construct_object(key, deep=True)
            for key, _ in node.value
        ]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                mark = node.value[number][0].start_mark
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} a second time", mark
                )
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith(("null", "merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _resolve(tag: str, pattern: str, first: str) -> None:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_resolve("bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF")
_resolve("int", r"^[-+]?(0|[1-9][0-9]*)$", "-+0123456789")
_resolve(
    "float",
    r"^([-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan)$",
    "-+.0123456789",
)


class _Dumper(yaml.SafeDumper):
    """A safe dumper that quotes text which YAML 1.1 or the loader takes for something else."""


_Dumper.yaml_implicit_resolvers = {
    first: [*yaml.SafeDumper.yaml_implicit_resolvers.get(first, []), *resolvers]
    for first, resolvers in {
        **yaml.SafeDumper.yaml_implicit_resolvers,
        **_Loader.yaml_implicit_resolvers,
    }.items()
}


# What explicit tags on foreign text, endless numbers and endless nesting raise.
USABLE = "a finite number, of at most 63 bits"  # what `unusable_numbers` are not
_BITS = 64  # of the numbers that estimates and losses are computed with
_NO_PLAIN_VALUES = (ValueError, LookupError, AttributeError, TypeError, RecursionError)


def read_yaml(path: Path) -> Any:
    """Read one YAML document.

    Raises:
        InputError: the file is missing, is not YAML, or has a key twice.
    """
    if not path.is_file():
        raise InputError(path, "no such file", "a YAML file", "create it or correct its name")
    try:
        return _load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(
            f"{path}, line {line}", _mistake(error), "YAML", "correct this line"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise InputError(
            path, "bytes that are not text", "YAML in UTF-8", "save it as text"
        ) from None
    except _NO_PLAIN_VALUES as error:
        raise InputError(
            path,
            f"values that cannot be read ({type(error).__name__})",
            "YAML of plain values, not nested without end",
            "correct what stands behind a tag (!!), an alias (*) or many brackets",
        ) from None


def _mistake(error: yaml.MarkedYAMLError) -> str:
    """What the parser says, in parentheses: it may be a sentence with a "found" of its own."""
    return f"a mistake ({error.problem})" if error.problem else "a mistake"


def yaml_text(values: Any, *, ascii_only: bool = True) -> str:
    """Plain values as YAML that `read_yaml` reads as the same, in the order of their keys.

    Args:
        values: mappings, lists, text, numbers, truth values and None.
        ascii_only: write any other character of a text as an escape.
    """
    return str(yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=not ascii_only))


def read_scalar(text: str) -> Any:
    """The value that a word of the command line has in YAML, such as 3 for "3".

    What is no YAML is text, as for Snakemake's own `--config`: the schema refuses it by its key.
    """
    try:
        return _load(text)
    except (yaml.YAMLError, *_NO_PLAIN_VALUES):
        return text


def _load(text: str) -> Any:
    values = yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe one)
    json.dumps(values, default=str)  # a mapping that holds itself, by an alias, has no end
    return values


def unusable_numbers(values: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """The numbers below some values that nothing can be computed with, each with its dotted key.

    Those are infinite, none, or so large that no 64 bits hold them.
    """
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from unusable_numbers(value, f"{key}.{name}" if key else name)
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from unusable_numbers(value, f"{key}.{number}")
    elif isinstance(values, float) and not math.isfinite(values):
        yield key, str(values)
    elif isinstance(values, int) and values.bit_length() >= _BITS:
        yield key, f"a whole number of {values.bit_length()} bits"
