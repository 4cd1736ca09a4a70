"""What is asked of every rule."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_every_rule_says_in_one_line_what_it_does() -> None:
    files = [PROJECT / "Snakefile", *PROJECT.glob("rules/*.smk")]
    rules = [
        rule
        for file in files
        for rule in re.split(r"^ *(?=rule \w+:$)", file.read_text(encoding="utf-8"), flags=re.M)[1:]
    ]
    assert len(rules) > 30
    silent = [rule.split(":")[0] for rule in rules if not re.search(r"^ +message:$", rule, re.M)]
    assert silent == []  # Snakemake would print every file of such a rule
