"""Snakemake's words on the terminal: two lines a job. Its own log keeps all of them."""

import logging
import textwrap

from snakemake.logging import LogEvent

# What tells neither what begins nor how far the call is: versions and paths of the call, and which
# jobs are chosen and which have ended, beside the count of them.
_UNTOLD = {
    LogEvent.WORKFLOW_STARTED,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.RESOURCES_INFO,
}
_CHOOSING = "Select jobs to execute..."
_REASONS = "Reasons:\n"  # of a dry run, at its end: rules by their reason
_WIDTH = 100


def speak_briefly(logger: logging.Logger, dry_run: bool) -> None:
    """Leave out of the terminal what is no news; errors and warnings are shown as they are.

    Args:
        logger: Snakemake's.
        dry_run: whether the call is one.
    """
    for handler in logger.handlers:
        to_file = isinstance(handler, logging.FileHandler)
        if isinstance(handler, logging.StreamHandler) and not to_file:
            handler.addFilter(_News(handler, dry_run))
            handler.setFormatter(_Lines(handler.formatter or logging.Formatter()))


class _News(logging.Filter):
    """Lets pass what a reader of the terminal waits for."""

    def __init__(self, handler: logging.Handler, dry_run: bool) -> None:
        super().__init__()
        self._handler = handler
        self._drop_next_count = dry_run

    def filter(self, record: logging.LogRecord) -> bool:
        # By this Snakemake (9.27) knows where to leave a line blank, else one before every job.
        self._handler.last_msg_was_job_info = True  # type: ignore[attr-defined]
        event = getattr(record, "event", None)
        if event is LogEvent.RUN_INFO and self._drop_next_count:
            self._drop_next_count = False  # a dry run counts its jobs before and behind their list
            return False
        return record.levelno > logging.INFO or not (
            event in _UNTOLD or record.getMessage() == _CHOOSING
        )


class _Lines(logging.Formatter):
    """Puts the time of a job before its message, and breaks the long lines of the reasons."""

    def __init__(self, usual: logging.Formatter) -> None:
        super().__init__()
        self._usual = usual

    def format(self, record: logging.LogRecord) -> str:
        text = self._usual.format(record)
        if getattr(record, "event", None) is LogEvent.JOB_INFO:
            return text.replace("\n", " ", 1)
        return "\n".join(map(_filled, text.split("\n"))) if text.startswith(_REASONS) else text


def _filled(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line, _WIDTH, subsequent_indent=indent, break_long_words=False)
