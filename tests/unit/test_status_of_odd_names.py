"""What a note holds never reaches the terminal as a command to it."""

from datetime import UTC, datetime
from pathlib import Path

from methods.data.files import write_json
from methods.status.text import status_text
from tests.unit.test_registry import begin


def test_targets_and_hosts_are_written_out(tmp_path: Path) -> None:
    note = {"targets": ["re\x1b[31mport", "a\nb"], "started": datetime.now(UTC).isoformat()}
    note |= {
        "host": "node\u202e\r9",
        "process": 1,
        "steps": 3,
        "logs": [],
        "files": [],
        "cores": None,
    }
    write_json(tmp_path / "logs/call.json", note)
    attempt = begin(tmp_path, job="more\x1b]0;")
    assert attempt.outcome is None
    text = status_text(tmp_path)
    assert "A call for re[U+001B][31mport a b is at work since" in text
    assert " on node[U+202E] 9, of which" in text
    assert all(line.isprintable() for line in text.splitlines())
