"""Settings of the process (environment) and of one node (`node.toml`)."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

FILE = "node.toml"
DEFAULT_MODULES = ("home", "associations", "missions", "events", "news", "wallet", "rewards", "gold", "profile")


class ConfigError(Exception):
    """A setting that cannot be used; the message names the file, the line and the key."""


class ProcessSettings(BaseSettings):
    """Environment variables `YGOR_…`. Each may also be given as `YGOR_…_FILE`, the path of a file that holds it."""

    model_config = SettingsConfigDict(env_prefix="YGOR_", extra="ignore")

    database_url: str = ""
    database_connections: int = Field(16, ge=1, le=200)
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    threads: int = Field(8, ge=1, le=64)
    federation_allow_private: bool = False
    trusted_proxies: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = True
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(0, ge=0, le=65535)
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed over: `from_environment` reads the environment, so that a demonstration and the tests
        never see a variable that they did not ask for."""
        return (init_settings,)

    @classmethod
    def from_environment(cls, environ: dict[str, str] | None = None) -> ProcessSettings:
        """Read the environment, files included. Raises ConfigError naming the variable."""
        env = dict(os.environ if environ is None else environ)
        values: dict[str, Any] = {}
        for name in cls.model_fields:
            variable = "YGOR_" + name.upper()
            if path := env.get(variable + "_FILE"):
                try:
                    values[name] = Path(path).read_text().strip()
                except (OSError, UnicodeDecodeError) as error:
                    raise ConfigError(f"{variable}_FILE: {error}") from error
            elif variable in env:
                values[name] = env[variable]
        try:
            return cls(**values)
        except ValidationError as error:
            lines = [f"YGOR_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
            raise ConfigError("; ".join(lines)) from error


def read_address(value: str) -> str:
    """A node's public address as it is kept. Raises ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("must look like https://participer.commune.fr, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


class NodeSection(BaseModel):
    """The `[node]` table of `node.toml`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120)
    kind: Literal["commune", "grouping"] = "commune"
    code: str = Field("", pattern=r"^[0-9AB]{0,9}$")
    siren: str = Field("", pattern=r"^(\d{9})?$")
    address: str = Field(max_length=255)
    timezone: str = "Europe/Paris"
    population: int = Field(0, ge=0)
    postcodes: tuple[str, ...] = ()
    grouping: str = ""
    tagline: str = Field("L’espace citoyen", max_length=80)
    accent: str = Field("#0b6e5f", pattern=r"^#[0-9a-fA-F]{6}$")
    contact: str = Field("", max_length=200)
    modules: tuple[str, ...] = DEFAULT_MODULES
    sealed: bool = False
    former_addresses: tuple[str, ...] = Field((), max_length=20)

    @field_validator("address")
    @classmethod
    def _address(cls, value: str) -> str:
        return read_address(value)

    @field_validator("former_addresses")
    @classmethod
    def _former_addresses(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read_address(value) for value in values))

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("unknown time zone") from error
        return value


class NodeConfig(BaseModel):
    """The whole of `node.toml`: `[node]`, and a table per part that has settings."""

    node: NodeSection
    parts: dict[str, dict[str, Any]] = {}

    @property
    def host(self) -> str:
        """Host and port as they stand in a `Host` header."""
        return urlsplit(self.node.address).netloc

    @property
    def first_host(self) -> str:
        """The host the node was made for: what is named after it does not move with the node."""
        return urlsplit((*self.node.former_addresses, self.node.address)[0]).netloc


def load_config(folder: Path) -> NodeConfig:
    """Read `folder/node.toml`. Raises ConfigError naming line and key."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}{_key_near(text, str(error))}") from error
    section = data.pop("node", None)
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: line 1: the table [node] is missing")
    strange = [key for key, value in data.items() if not isinstance(value, dict)]
    if strange:
        raise ConfigError(f"{path}: line {line_of(text, strange[0])}: {strange[0]}: must be a table")
    try:
        return NodeConfig(node=NodeSection(**section), parts=data)
    except ValidationError as error:
        raise ConfigError("; ".join(describe(path, text, "node", e) for e in error.errors())) from error


def describe(path: Path, text: str, table: str, error: Any) -> str:
    """One pydantic error as `file: line N: [table] key: what is wrong`."""
    key = str(error["loc"][0]) if error["loc"] else ""
    return f"{path}: line {line_of(text, key, table)}: [{table}] {key}: {error['msg']}"


def where(path: Path, key: str, table: str) -> str:
    """`file: line N: [table] key:`, for what is found wrong after `node.toml` was read."""
    line = line_of(path.read_text(encoding="utf-8"), key, table)
    return f"{path}: line {line}: [{table}] {key}:" if key else f"{path}: line {line}: [{table}]:"


def line_of(text: str, key: str, table: str = "") -> int:
    """The line of a key inside a table (of the table itself if the key is absent); 1 if neither is found."""
    found, inside = 1, not table
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            inside = header[1].strip() == table
            found = number if inside else found
        elif inside and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return found


def _key_near(text: str, message: str) -> str:
    """The key on the line a TOML error speaks of, as ` (key …)`."""
    at = re.search(r"line (\d+)", message)
    lines = text.splitlines()
    if at and 0 < int(at[1]) <= len(lines) and "=" in (line := lines[int(at[1]) - 1]):
        return f" (key {line.split('=')[0].strip()})"
    return ""


def write_config(folder: Path, section: dict[str, Any], parts: dict[str, dict[str, Any]] | None = None) -> None:
    """Write a fresh `node.toml`. Values are strings, integers, booleans and lists of strings."""
    tables = {"node": section, **(parts or {})}
    lines: list[str] = []
    for table, values in tables.items():
        lines += [f"[{table}]", *(f"{key} = {toml_value(value)}" for key, value in values.items()), ""]
    (folder / FILE).write_text("\n".join(lines), encoding="utf-8")


def change_address(folder: Path, address: str) -> None:
    """Put a new address into `node.toml`, the present one behind the former ones; all else stays as it was written.

    The file is replaced as a whole. Raises ConfigError if it would no longer be readable.
    """
    path, section = folder / FILE, load_config(folder).node
    former = [one for one in (*section.former_addresses, section.address) if one]
    former = list(dict.fromkeys(former))
    lines = path.read_text(encoding="utf-8").splitlines()
    start, end = _table(lines, "node")
    gone = re.compile(r"\s*(address|former_addresses)\s*=")
    kept = [line for line in lines[start + 1 : end] if not gone.match(line)]
    made = [f"address = {toml_value(read_address(address))}", f"former_addresses = {toml_value(former)}"]
    text = "\n".join([*lines[: start + 1], *made, *kept, *lines[end:], ""])
    beside = folder / f".{FILE}.new"
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        changed = tomllib.loads(text)["node"]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: write each setting of [node] on one line first ({error})") from error
    if changed["address"] != read_address(address):
        raise ConfigError(f"{path}: the address stands there twice")
    os.replace(beside, path)


def _table(lines: list[str], table: str) -> tuple[int, int]:
    """From the line of a table's header to the next header."""
    heads = [at for at, line in enumerate(lines) if re.match(r"\s*\[[^\]]+\]\s*(#.*)?$", line)]
    start = next(at for at in heads if lines[at].split("]")[0].strip(" [") == table)
    return start, next((at for at in heads if at > start), len(lines))


def toml_value(value: Any) -> str:
    """A string, integer, boolean or list of them as TOML. Raises ConfigError for control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in escaped):
        raise ConfigError("a setting cannot hold control characters")
    return f'"{escaped}"'
