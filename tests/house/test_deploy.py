"""What self-hosters are given: every setting named there exists, every setting that exists is explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from node.core.config import ProcessSettings

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = frozenset(f"YGOR_{name.upper()}" for name in ProcessSettings.model_fields)
# Read by compose and Caddy, never by Ygor.
OF_COMPOSE = frozenset(("YGOR_SITES",))


@pytest.mark.parametrize("file", ["Dockerfile", "README.md", "SECURITY.md", "deploy/compose.yaml", "deploy/Caddyfile"])
def test_named_settings_exist(file: str) -> None:
    named = set(re.findall(r"\bYGOR_[A-Z_]*[A-Z]\b", (ROOT / file).read_text(encoding="utf-8")))
    assert {name.removesuffix("_FILE") for name in named} <= SETTINGS | OF_COMPOSE


def test_the_readme_explains_every_setting_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(YGOR_\w+)` \|([^|]*)\|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M))
    assert set(rows) == SETTINGS
    for name, field in ProcessSettings.model_fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        assert rows[f"YGOR_{name.upper()}"].strip("` ") == default, name


def test_compose_keeps_secrets_in_files_and_the_database_inside() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    services, networks = compose["services"], compose["networks"]
    for service in services.values():
        for variable in service["environment"]:
            assert not re.search(r"PASSWORD|DATABASE_URL", variable) or variable.endswith("_FILE"), variable
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
    assert services["database"]["networks"] == ["inside"]
    assert networks["inside"]["internal"] is True
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    [proxies] = [entry["subnet"] for entry in networks["outside"]["ipam"]["config"]]
    assert services["ygor"]["environment"]["YGOR_TRUSTED_PROXIES"] == proxies


def test_the_image_runs_as_nobody_special_and_tells_its_health() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    stages = [line for line in lines if line.startswith("FROM ")]
    assert [stage.split()[1] for stage in stages] == ["debian:bookworm-slim"] * 2
    last = lines[lines.index(stages[-1]) :]
    assert last.index("USER ygor") < last.index('CMD ["ygor", "serve", "/data"]')
    assert any("HEALTHCHECK" in line for line in last)
    assert any("/livez" in line for line in last)


def test_the_image_is_given_every_package_of_the_wheel() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    needed = [*packages, "pyproject.toml", "README.md", "LICENSE", "package-lock.json", "requirements", "scripts"]
    assert {f"!{name}" for name in needed} <= set(ignore)
