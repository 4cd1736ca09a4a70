"""Runs the check that every golden array was read behind all other golden tests."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
_deselected = pytest.StashKey[bool]()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[_deselected] = True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path == HERE / "test_coverage.py")


@pytest.fixture
def whole_folder(request: pytest.FixtureRequest) -> None:
    """Skips a test of a session that leaves golden tests out, or in which one was not passed."""
    session = request.session
    collected = {item.path for item in session.items}
    chosen = any("::" in argument for argument in session.config.args)
    if (
        chosen
        or session.config.stash.get(_deselected, False)
        or not collected.issuperset(HERE.glob("test_*.py"))
        or session.testsfailed
    ):
        pytest.skip("asks for a session with all golden tests, none of them failing")
