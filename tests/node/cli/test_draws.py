"""`ygor draw verify FILE`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from node.cli import ygor
from tests.protocols.gold import draws


def run(folder: Path, document: Any, *more: str) -> Result:
    file = folder / "tirage.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return CliRunner().invoke(ygor, ["draw", "verify", str(file), *more])


def test_a_right_draw_is_told_step_by_step(tmp_path: Path) -> None:
    document = draws.held(missing=["Auzeville"])
    found = run(tmp_path, document)
    assert found.exit_code == 0
    assert "Ce tirage est juste." in found.output
    assert "Auzeville n’a pas répondu" in found.output
    assert document["result"]["winners"][0] in found.output
    assert document["keys"][0]["publicKeyMultibase"] in found.output
    assert "Auzeville did not answer" in run(tmp_path, document, "--language", "en").output


def test_an_altered_draw_names_the_entry(tmp_path: Path) -> None:
    document = draws.held()
    document["entries"][4][1] = "0" * 64
    found = run(tmp_path, document)
    assert found.exit_code == 1
    assert f"La participation n° 5 a été changée : {document['entries'][4][0]}." in found.output
    assert "Entry no. 5 was changed" in run(tmp_path, document, "--language", "en").output


def test_a_file_that_is_none(tmp_path: Path) -> None:
    assert run(tmp_path, "{").exit_code == 2
    assert run(tmp_path, {"format": "x"}).exit_code == 1
