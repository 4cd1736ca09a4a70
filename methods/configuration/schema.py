"""Sentences out of JSON Schema: what is wrong with a configuration or claims file, and where."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from methods.errors import InputError
from methods.yaml_files import read_yaml


def _is_integer(checker: Any, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# JSON takes 3.0 for a whole number; where Python counts, it is none.
_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)
_LONGEST = 80  # characters of a list or block that a sentence repeats
_BEHIND_ALL = "\U0010ffff"  # a key that no other comes behind
_TYPES = {
    "object": "a block of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_EXPECTED = {
    "enum": "one of {}",
    "const": "{}",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "at least {} entries",
    "maxItems": "at most {} entries",
    "minProperties": "at least {} entry",
    "minLength": "text of at least {} character",
    "pattern": "text that matches {}",
}


def check_schema(values: Any, schema: Path, definition: str, where: str) -> None:
    """Check `values` against one of the `$defs` of a schema.

    Args:
        values: content of a configuration file.
        schema: config.schema.yaml of a project.
        definition: name of the `$defs` entry.
        where: the file, for the sentence.

    Raises:
        InputError: names the key and, for an unknown one, the nearest that is known.
    """
    root = {"$defs": _definitions(schema), "$ref": f"#/$defs/{definition}"}
    errors = sorted(_Validator(root).iter_errors(values), key=_urgency)
    if errors:
        raise _sentence(errors[0], where)


@cache  # a call checks many blocks, and none changes the schema
def _definitions(schema: Path) -> dict[str, Any]:
    """The `$defs` of a schema and of the methods beside it, whose runs have shapes of their own.

    methods/<method>/schema.yaml holds `<method>_run`: what a run of that method must be as well.
    """
    definitions: dict[str, Any] = dict(read_yaml(schema)["$defs"])
    own: list[dict[str, Any]] = []
    for file in sorted(schema.parent.glob("methods/*/schema.yaml")):
        name = file.parent.name
        definitions |= read_yaml(file)["$defs"]
        chosen = {"required": ["method"], "properties": {"method": {"const": name}}}
        own.append({"if": chosen, "then": {"$ref": f"#/$defs/{name}_run"}})
    if own:
        run = definitions["run"]
        definitions["run"] = {**run, "allOf": [*run["allOf"], *own]}
    return definitions


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, quoted, or all of them where none is like it."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    return f"{close[0]!r}" if close else f"one of {', '.join(words)}"


def _urgency(error: ValidationError) -> tuple[bool, list[str]]:
    """A misspelt key comes first: it is also the reason why another key is missing.

    Of a block, wrong values come first, then missing keys and then those that do not belong there:
    what asks for a key, or for its absence, may be such a value.
    """
    path = [str(key) for key in error.absolute_path]
    if error.validator in ("required", "oneOf"):
        path = [*path, _BEHIND_ALL]
    elif _does_not_belong(error):
        path = [*path[:-1], _BEHIND_ALL, path[-1]]
    return error.validator != "additionalProperties", path


def _does_not_belong(error: ValidationError) -> bool:
    """Whether what stands beside a key excludes it."""
    return error.validator == "enum" and not error.validator_value


def _sentence(error: ValidationError, where: str) -> InputError:
    instance: Any = error.instance
    rule: Any = error.validator_value
    path = ".".join(str(key) for key in error.absolute_path)
    place = f"{where}, {path}" if path else where
    if error.validator == "additionalProperties":
        schema: Any = error.schema
        known = schema["properties"]
        unknown = next(key for key in instance if key not in known)
        return InputError(
            place,
            f"the unknown key {unknown!r}",
            nearest(str(unknown), known),
            "correct the key or delete it",
        )
    if error.validator == "required":
        missing = next(key for key in rule if key not in instance)
        return InputError(place, "no such key", f"the key {missing!r}", "add it")
    if error.validator == "oneOf":
        return _choice(instance, [option["required"][0] for option in rule], place)
    if _does_not_belong(error):
        return InputError(
            place,
            "this key",
            "none beside what else the block says",
            "delete it or change what stands beside it",
        )
    return InputError(place, _found(error), _expected(error), _remedy(error))


def _choice(instance: Any, keys: list[str], place: str) -> InputError:
    """One of several keys must be there, and no other of them; each option requires one."""
    named, there = ", ".join(keys), [key for key in keys if key in instance]
    if there:
        found = f"the keys {' and '.join(there)}"
        return InputError(place, found, f"only one of {named}", "delete all but one")
    return InputError(place, f"none of the keys {named}", "one of them", "add one")


def _found(error: ValidationError) -> str:
    instance: Any = error.instance
    if error.validator == "uniqueItems":
        twice = next(v for n, v in enumerate(instance) if v in instance[:n])
        return f"{twice!r} twice"
    if error.validator in ("minItems", "maxItems", "minProperties"):
        return f"{len(instance)} entries"
    shown = repr(instance)
    if len(shown) > _LONGEST and isinstance(instance, dict | list):
        return _TYPES["object" if isinstance(instance, dict) else "array"]
    return shown


def _expected(error: ValidationError) -> str:
    value: Any = error.validator_value
    if error.validator == "type":
        return " or ".join(_TYPES[name] for name in ([value] if isinstance(value, str) else value))
    if error.validator == "uniqueItems":
        return "each entry once"
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return _EXPECTED[str(error.validator)].format(shown)


def _remedy(error: ValidationError) -> str:
    if error.validator == "type" and error.validator_value == "string":
        return "put it in quotes"
    return "correct this value"
