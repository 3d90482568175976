"""Settings: every refusal names file, line and key, or the variable."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from node.core.config import ConfigError, ProcessSettings, load_config, write_config
from node.core.folder import init_node, node_folders
from node.core.node import Node, Runtime
from tests.fixtures.nodes import spare_keys

GOOD = '[node]\nname = "Castanet"\naddress = "http://castanet.localhost:8000"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "population = = 3\n", ("line 4", "population")),
        (GOOD + 'name = "Again"\n', ("line 4",)),
        ("\n" + GOOD + "colour = 3\n", ("line 5", "[node] colour")),
        (GOOD.replace('"Castanet"', '""'), ("line 2", "[node] name")),
        (GOOD + 'population = "many"\n', ("line 4", "[node] population")),
        (GOOD + "population = -1\n", ("line 4", "[node] population")),
        (GOOD + 'timezone = "Europe/Castanet"\n', ("line 4", "[node] timezone", "unknown time zone")),
        (GOOD + 'timezone = "../../etc/passwd"\n', ("line 4", "[node] timezone")),
        (GOOD.replace("http://castanet.localhost:8000", "castanet"), ("line 3", "[node] address")),
        (GOOD.replace(":8000", ":8000/sub"), ("line 3", "[node] address")),
        (GOOD + 'kind = "kingdom"\n', ("line 4", "[node] kind")),
        (GOOD + 'accent = "red; } body {"\n', ("line 4", "[node] accent")),
        (GOOD + 'code = "../x"\n', ("line 4", "[node] code")),
        ('[node]\naddress = "http://x.localhost"\n', ("line 1", "[node] name")),
        ("[ledger]\nvalidity_months = 6\n", ("[node] is missing",)),
        ("", ("[node] is missing",)),
        ("ledger = 3\n" + GOOD, ("line 1", "ledger", "must be a table")),
    ],
)
def test_what_node_toml_refuses(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    (tmp_path / "node.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_config(tmp_path)
    for part in (str(tmp_path / "node.toml"), *said):
        assert part in str(refused.value)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"node\.toml"):
        load_config(tmp_path)
    (tmp_path / "node.toml").write_bytes(b"[node]\nname = \xff")
    with pytest.raises(ConfigError, match=r"node\.toml"):
        load_config(tmp_path)


@pytest.fixture
def plain() -> ProcessSettings:
    return ProcessSettings()


def opened(folder: Path, settings: ProcessSettings) -> None:
    runtime = Runtime(settings=settings)
    try:
        Node(folder, runtime).close()
    finally:
        runtime.close()


SECTION = {"name": "Castanet", "address": "http://castanet.localhost:8000", "modules": ["home"]}


@pytest.mark.parametrize(
    ("section", "parts", "said"),
    [
        ({"modules": ["home", "surveys"]}, {}, ("line 4", "[node] modules", "surveys")),
        ({}, {"surveys": {"x": 1}}, ("line 6", "[surveys]", "no such part")),
        ({}, {"ledger": {"validity_months": 0}}, ("line 7", "[ledger] validity_months")),
        ({}, {"ledger": {"validity_month": 6}}, ("line 7", "[ledger] validity_month")),
    ],
)
def test_what_a_node_refuses_when_it_opens(
    tmp_path: Path,
    plain: ProcessSettings,
    section: dict[str, object],
    parts: dict[str, dict[str, object]],
    said: tuple[str, ...],
) -> None:
    folder = tmp_path / "castanet"
    init_node(folder, SECTION, settings=plain, keys=spare_keys)
    opened(folder, plain)
    write_config(folder, SECTION | section, parts)
    with pytest.raises(ConfigError) as refused:
        opened(folder, plain)
    for part in (str(folder / "node.toml"), *said):
        assert part in str(refused.value)


def truncated(folder: Path) -> None:
    (folder / "keys" / "secret.key").write_text("abcd")


def not_hexadecimal(folder: Path) -> None:
    (folder / "keys" / "proof.ed25519").write_text("zz")


def not_a_key(folder: Path) -> None:
    (folder / "keys" / "actor-rsa.pem").write_text("hello")


def no_key(folder: Path) -> None:
    (folder / "keys" / "http.ed25519").unlink()


def no_database(folder: Path) -> None:
    (folder / "node.db").unlink()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (truncated, "secret.key"),
        (not_hexadecimal, "proof.ed25519"),
        (not_a_key, "actor-rsa.pem"),
        (no_key, "http.ed25519"),
        (no_database, "node.db"),
    ],
)
def test_a_damaged_folder_names_the_file(
    tmp_path: Path, plain: ProcessSettings, damage: Callable[[Path], None], named: str
) -> None:
    folder = tmp_path / "castanet"
    init_node(folder, SECTION, settings=plain, keys=spare_keys)
    damage(folder)
    with pytest.raises(ConfigError, match=named):
        opened(folder, plain)
    assert (folder / "node.db").exists() == (damage is not no_database)


def test_a_folder_that_could_not_be_made_is_left_empty(tmp_path: Path, plain: ProcessSettings) -> None:
    folder = tmp_path / "castanet"
    bad = ProcessSettings(database_url="postgresql://nobody@/nothing?host=/nowhere")
    for section, settings in ((SECTION | {"name": ""}, plain), (SECTION | {"name": "a\nb"}, plain), (SECTION, bad)):
        with pytest.raises(Exception, match=r"name|control|nowhere"):
            init_node(folder, section, settings=settings, keys=spare_keys)
        assert list(folder.iterdir()) == []
    init_node(folder, SECTION, settings=plain, keys=spare_keys)
    with pytest.raises(ConfigError, match="already holds a node"):
        init_node(folder, SECTION, settings=plain, keys=spare_keys)
    (folder / "node.toml").unlink()
    with pytest.raises(ConfigError, match="not empty"):
        init_node(folder, SECTION, settings=plain, keys=spare_keys)


def test_what_counts_as_a_folder_of_nodes(tmp_path: Path) -> None:
    for name in ("b", "a", ".c.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "node.toml").touch()
    (tmp_path / "media").mkdir()
    assert node_folders([tmp_path]) == [tmp_path / "a", tmp_path / "b"]
    assert node_folders([tmp_path / "b", tmp_path / "a"]) == [tmp_path / "b", tmp_path / "a"]
    shutil.rmtree(tmp_path / "a")
    for nothing in (tmp_path / "media", tmp_path / "absent"):
        with pytest.raises(ConfigError, match="neither a node"):
            node_folders([nothing])


VALUES = {
    "database_url": ("postgresql://x/y", "postgresql://x/y"),
    "database_connections": ("4", 4),
    "host": ("::1", "::1"),
    "port": ("0", 0),
    "threads": ("2", 2),
    "federation_allow_private": ("1", True),
    "log_level": ("debug", "debug"),
    "trusted_proxies": ("10.0.0.1", "10.0.0.1"),
    "log_json": ("false", False),
    "metrics_host": ("::1", "::1"),
    "metrics_port": ("9100", 9100),
    "smtp_host": ("mail.example", "mail.example"),
    "smtp_port": ("25", 25),
    "smtp_user": ("ygor", "ygor"),
    "smtp_password": ("p w", "p w"),
    "smtp_security": ("tls", "tls"),
    "mail_from": ("a@b.example", "a@b.example"),
}


def test_every_setting_comes_from_its_variable_or_its_file(tmp_path: Path) -> None:
    assert set(VALUES) == set(ProcessSettings.model_fields)
    for name, (text, value) in VALUES.items():
        variable = f"YGOR_{name.upper()}"
        assert getattr(ProcessSettings.from_environment({variable: text}), name) == value
        secret = tmp_path / name
        secret.write_text(text + "\n")
        environment = {variable + "_FILE": str(secret), variable: "the file wins"}
        assert getattr(ProcessSettings.from_environment(environment), name) == value


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"YGOR_PORT": "many"}, "YGOR_PORT"),
        ({"YGOR_PORT": "65536"}, "YGOR_PORT"),
        ({"YGOR_THREADS": "0"}, "YGOR_THREADS"),
        ({"YGOR_SMTP_SECURITY": "perhaps"}, "YGOR_SMTP_SECURITY"),
        ({"YGOR_SMTP_PASSWORD_FILE": "/nowhere/at/all"}, "YGOR_SMTP_PASSWORD_FILE"),
    ],
)
def test_a_bad_variable_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        ProcessSettings.from_environment(environment)


def test_only_the_environment_that_was_handed_over_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YGOR_DATABASE_URL", "postgresql://somewhere/else")
    assert ProcessSettings.from_environment({}).database_url == ""
    assert ProcessSettings().database_url == ""
    assert ProcessSettings.from_environment().database_url == "postgresql://somewhere/else"
