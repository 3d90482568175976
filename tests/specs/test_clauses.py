"""Clauses: what code and pages cite is there, and each section of the protocol is followed somewhere in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"
ROOMS = ("federation", "node", "protocols", "tests", "web")
NUMBERED = {
    path.name: text
    for path in sorted(SPECS.glob("*.md"))
    if re.search(r"^## 1\. ", text := path.read_text("utf-8"), re.M)
}
"""Pages with numbered clauses."""
_NAMED = re.compile(r"(?:specs/)?([a-z][a-z-]*\.md)\)? (?:§ ?)?(\d+(?:\.\d+)?)((?:, §?\d+(?:\.\d+)?)*)")
_BARE = re.compile(r"(?<![.\w])§ ?(\d+(?:\.\d+)?)")
_ELSEWHERE = re.compile(r"(?:RFC \d+|WCAG|WCAG 2\.2|vc-di-eddsa|Identifiers 1\.0|[a-z-]+\.md\)?),? §.*")


def clauses(page: str) -> set[str]:
    """ "3" and "3.1" of a page."""
    text = NUMBERED[page]
    return set(re.findall(r"^## (\d+)\. ", text, re.M)) | set(re.findall(r"^(\d+\.\d+) ", text, re.M))


def cited(text: str, home: str | None) -> Iterator[tuple[str, str]]:
    """(page, clause) of every citation; a bare § means `home`, the page that this text follows."""
    for found in _NAMED.finditer(text):
        if found[1] in NUMBERED:
            yield found[1], found[2]
            yield from ((found[1], number) for number in re.findall(r"\d+(?:\.\d+)?", found[3]))
    if home is not None:
        for line in text.splitlines():
            for number in _BARE.findall(_ELSEWHERE.sub("", line)):
                yield home, number


def home_of(where: str, text: str) -> str | None:
    """What a module's bare § mean: in `honour/` the page on cross-honouring, else the first page that it names."""
    if "/honour/" in where:
        return "honour.md"
    found = re.search(r"(?:specs/)?([a-z][a-z-]*\.md)", text)
    return found[1] if found and found[1] in NUMBERED else None


def words_of(path: Path) -> str:
    """Docstrings and comments: texts that a program handles are not citations."""
    text = path.read_text("utf-8")
    said = [
        ast.get_docstring(node, clean=False) or ""
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    comments = re.findall(r"#\s.*", text)
    return "\n".join([*said, *comments])


MODULES = {
    path.relative_to(ROOT).as_posix(): words
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if "node_modules" not in path.parts
    if path != Path(__file__) and "§" in (words := words_of(path))
}


@pytest.mark.parametrize("where", MODULES)
def test_what_the_code_cites_is_there(where: str) -> None:
    words = MODULES[where]
    for page, number in cited(words, home_of(where, words)):
        assert number in clauses(page), f"{where} cites {page} §{number}"


@pytest.mark.parametrize("page", NUMBERED)
def test_what_the_pages_cite_is_there(page: str) -> None:
    text = NUMBERED[page]
    for other, number in cited(text, None):
        assert number in clauses(other), f"{page} cites {other} {number}"
    inside = re.findall(r"(?<![\w.]\b)\((\d+\.\d+)\)", text) + re.findall(r"(?<=\(§)\d+(?:\.\d+)?(?=\))", text)
    for number in inside:
        assert number in clauses(page), f"{page} cites its own {number}"


@pytest.mark.parametrize("page", NUMBERED)
def test_sections_and_clauses_are_numbered_without_gaps(page: str) -> None:
    sections = [int(number) for number in re.findall(r"^## (\d+)\. ", NUMBERED[page], re.M)]
    assert sections == list(range(1, len(sections) + 1))
    last: dict[int, int] = {}
    for section, clause in re.findall(r"^(\d+)\.(\d+) ", NUMBERED[page], re.M):
        assert int(clause) == last.get(int(section), 0) + 1, f"{page} {section}.{clause}"
        last[int(section)] = int(clause)


def test_each_section_is_followed_somewhere_in_the_code() -> None:
    followed = {
        (page, number.partition(".")[0])
        for where, words in MODULES.items()
        if not where.startswith("tests/") or where.startswith("tests/interop/reference/")
        for page, number in cited(words, home_of(where, words))
    }
    sections = {(page, number) for page in NUMBERED for number in clauses(page) if "." not in number}
    told = {("honour.md", "1"), ("honour.md", "2"), ("honour.md", "11")}  # principles, traps
    elsewhere = {"attacks.md", "events.md", "sharing.md"}  # cited by their page, not clause by clause
    assert {section for section in sections - followed - told if section[0] not in elsewhere} == set()


def test_the_index_lists_every_page() -> None:
    index = (SPECS / "README.md").read_text("utf-8")
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", index))
    assert listed == {path.name for path in SPECS.glob("*.md")} - {"README.md"}


ANSWERING = (
    "federation/activity_rules.py", "federation/admission.py", "federation/inbox.py", "federation/keys.py",
    "federation/routes.py", "federation/signed_call.py", "federation/verification.py", "node/honour/endpoint.py",
    "node/honour/exchange.py", "node/honour/issuing.py", "node/honour/services.py", "protocols/cavage.py",
    "protocols/digests.py", "protocols/rfc9421.py",
)  # fmt: skip
"""Whose refusals a peer reads as problems."""
NOT_TOLD = {"ignored", "bad-method"}
"""An answer of 202, and what no route lets through."""


@pytest.mark.parametrize("where", ANSWERING)
def test_codes_that_a_peer_reads_are_in_the_pages(where: str) -> None:
    pages = "".join(NUMBERED[page] for page in ("activities.md", "actors.md", "honour-objects.md"))
    codes = set(re.findall(r'code="([a-z0-9-]+)"', (ROOT / where).read_text("utf-8"))) - NOT_TOLD
    assert {code for code in codes if f"`{code}`" not in pages} == set()
