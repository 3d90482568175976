"""Run `ygor` as a person would, with the settings of the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from node.cli import ygor
from node.core.config import ProcessSettings

ROOT = Path(__file__).resolve().parents[3]


def environment(settings: ProcessSettings) -> dict[str, str]:
    return {"YGOR_DATABASE_URL": settings.database_url, "YGOR_DATABASE_CONNECTIONS": "2"}


def run(settings: ProcessSettings, *words: object) -> Result:
    """In this process; what the command raises stands in `.exception`."""
    return CliRunner().invoke(ygor, [str(word) for word in words], env=environment(settings))


def ok(settings: ProcessSettings, *words: object) -> str:
    """The output of a command that must succeed."""
    result = run(settings, *words)
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def program(*words: object, settings: ProcessSettings | None = None) -> subprocess.CompletedProcess[str]:
    """As a program of its own: what comes out, and the exit status."""
    command = [sys.executable, "-m", "node.cli", *(str(word) for word in words)]
    env = {**os.environ, **environment(settings or ProcessSettings())}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=120)
