"""Since when claims stand: by git, and without it."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from methods.data.files import sha256
from methods.preregistration import first_start, register
from methods.registry.records import Attempt

DAYS = ("2026-01-05T10:00:00+00:00", "2026-02-05T10:00:00+00:00", "2026-03-05T10:00:00+00:00")

GPG = """#!/bin/sh
cat >/dev/null
case "$*" in
*--verify*) echo "gpg: Good signature" >&2 ;;
*) printf -- '-----BEGIN PGP SIGNATURE-----\n\nA\n-----END PGP SIGNATURE-----\n' ;;
esac
echo "[GNUPG:] SIG_CREATED \n[GNUPG:] GOODSIG A a" >&2
"""


def git(folder: Path, *arguments: str, date: str = DAYS[0]) -> None:
    who = {
        f"GIT_{role}_{part}": "a@b.c"
        for role in ("AUTHOR", "COMMITTER")
        for part in ("NAME", "EMAIL")
    }
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **who, **dates})


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A claim file whose content changed in the second of three commits."""
    folder = tmp_path / "claims"
    folder.mkdir()
    path = folder / "more.yaml"
    git(tmp_path, "init", "-q")
    for number, text in enumerate(("first", "second", "second")):
        path.write_text(text)
        (tmp_path / "other").write_text(str(number))
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", "x", date=DAYS[number])
    return path


def test_the_date_is_of_the_content_and_not_of_the_name(claims: Path) -> None:
    (found,) = register([claims], None)
    assert (found.file, found.sha256) == ("more.yaml", sha256(claims))
    assert datetime.fromisoformat(str(found.committed)) == datetime.fromisoformat(DAYS[1])
    assert found.preregistered is None  # no training is known
    claims.write_text("first")  # a content of before, too, is as old as it is
    (found,) = register([claims], None)
    assert datetime.fromisoformat(str(found.committed)) == datetime.fromisoformat(DAYS[0])


def test_a_renamed_file_is_as_old_as_before(claims: Path) -> None:
    renamed = claims.parent.parent / "records" / "theirs.yaml"
    renamed.parent.mkdir()
    claims.rename(renamed)
    git(claims.parent.parent, "add", "-A")
    git(claims.parent.parent, "commit", "-q", "-m", "x", date="2026-06-05T10:00:00+00:00")
    (found,) = register([renamed], datetime(2026, 5, 1, tzinfo=UTC))
    assert found.file == "theirs.yaml"
    assert datetime.fromisoformat(str(found.committed)) == datetime.fromisoformat(DAYS[1])
    assert found.preregistered is True


def test_what_git_tells_of_signatures_is_no_date(claims: Path) -> None:
    """A program that stands in for gpg finds every signature good; git is set to say so."""
    program = claims.parent.parent / "gpg"
    program.write_text(GPG, encoding="utf-8")
    program.chmod(0o755)
    for name, value in {"gpg.program": str(program), "log.showSignature": "true"}.items():
        git(claims.parent.parent, "config", name, value)
    claims.write_text("signed")
    git(claims.parent.parent, "commit", "-a", "-q", "-m", "x", "--gpg-sign", date=DAYS[2])
    (found,) = register([claims], None)
    assert datetime.fromisoformat(str(found.committed)) == datetime.fromisoformat(DAYS[2])


@pytest.mark.parametrize(("day", "before"), [(4, False), (6, True)])
def test_registered_before_means_before_the_first_training(
    claims: Path, day: int, before: bool
) -> None:
    (found,) = register([claims], datetime(2026, 2, day, tzinfo=UTC))
    assert found.preregistered is before


def test_a_content_of_no_commit_has_no_date(claims: Path) -> None:
    claims.write_text("third, after the results")
    (found,) = register([claims], datetime(2026, 4, 1, tzinfo=UTC))
    assert (found.committed, found.preregistered) == (None, None)


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("x")
    (found,) = register([path], datetime(2026, 4, 1, tzinfo=UTC))
    assert (found.committed, found.preregistered) == (None, None)


def test_without_git_nothing_is_known(claims: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (found,) = register([claims], datetime(2026, 4, 1, tzinfo=UTC))
    assert (found.committed, found.preregistered) == (None, None)


def attempt(rule: str, month: int, outcome: str | None) -> Attempt:
    started = datetime(2026, month, 1, tzinfo=UTC)
    facts = {"job": "more.seed0", "wildcards": {}, "host": "h", "process": 1, "settings": "s"}
    return Attempt(Path("x"), rule, started=started, code=None, outcome=outcome, **facts)


def test_a_training_that_failed_began_as_well() -> None:
    attempts = [
        attempt("check_dataset", 1, "finished"),
        attempt("train_model", 3, "finished"),
        attempt("train_model", 2, "failed"),
    ]
    assert first_start(attempts) == datetime(2026, 2, 1, tzinfo=UTC)
    assert first_start(attempts[:1]) is None
