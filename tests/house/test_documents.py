"""The documents: links inside them lead somewhere, the index of decisions is complete."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [path for path in [*ROOT.glob("*.md"), *(ROOT / "specs").rglob("*.md")] if "vectors" not in path.parts]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:", target):
            assert (document.parent / target).exists(), target


def test_the_index_lists_every_decision_by_its_title() -> None:
    folder = ROOT / "specs" / "decisions"
    listed = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.+) \|$", (folder / "README.md").read_text(encoding="utf-8"), re.M
    )
    titles = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in folder.glob("[0-9]*.md")}
    assert titles == {file: f"# {number} {title}" for number, file, title in listed}


def test_the_readme_names_only_targets_that_make_has() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in ("README.md", "CONTRIBUTING.md", "specs/decisions/0010-french-msgids.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"(?:^\$ |`)make ([a-z][a-z0-9-]*)", text, re.M):
            assert re.search(rf"^{target}:", makefile, re.M), f"{document}: make {target}"


def test_a_word_of_the_code_has_one_row_in_the_glossary() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", (ROOT / "specs" / "glossary.md").read_text("utf-8"), re.M)
    words = [code.strip() for french, code in rows if french not in ("French", "term") and "`" in code]
    assert len(words) > 100
    assert sorted(words) == sorted(set(words))
