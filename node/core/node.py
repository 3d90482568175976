"""A node opened for work: its folder, its facts, its keys, its border to the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from node.core import demo_mark
from node.core.border import Border, HasBorder, PostgresBorder, SqliteBorder
from node.core.clock import Clock, utc_now
from node.core.config import FILE, ConfigError, NodeConfig, ProcessSettings, describe, load_config, where
from node.core.database import is_postgres, postgres_engine, sqlite_engine
from node.core.keyring import KeyFolder, Keyring
from node.core.keys import NodeKeys
from node.core.migrations import migrate_engine, new_schema, new_sqlite
from node.core.models import Setting
from node.core.registry import Part, Registry, installed
from node.core.unit import NodeFacts, Unit

DATABASE = "node.db"
log = structlog.get_logger("node.core")


@dataclass
class Runtime:
    """What all nodes of one process share."""

    settings: ProcessSettings = field(default_factory=ProcessSettings.from_environment)
    registry: Registry = field(default_factory=installed)
    clock: Clock = utc_now
    pool: ThreadPoolExecutor = field(init=False)
    services: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.settings.threads, thread_name_prefix="ygor")

    def close(self) -> None:
        self.pool.shutdown(wait=True)


class Node(HasBorder):
    """One commune or grouping. `read` and `write` are its only ways to the database."""

    def __init__(self, folder: Path, runtime: Runtime) -> None:
        """Open the folder. Raises ConfigError naming file, line and key."""
        self.folder = folder
        self.runtime = runtime
        try:
            self.key_folder = KeyFolder(folder / "keys")
        except (OSError, ValueError) as error:
            raise ConfigError(f"{folder / 'keys'}: {error}") from error
        self._take_over(load_config(folder))
        self._wakers: dict[str, Callable[[], None]] = {}
        self.border: Border = self._open()

    def _take_over(self, config: NodeConfig) -> None:
        """Everything that follows from `node.toml`. Raises ConfigError and changes nothing."""
        stamp = _stamp(self.folder / FILE)
        registry = self.runtime.registry
        demo = demo_mark.is_marked(self.folder, self.keyring.secret)
        facts = _facts(config, demo=demo, folder=self.folder, registry=registry)
        settings = _settings_from_file(self.folder / FILE, config, registry)
        subscribers = registry.subscribers(facts.modules)
        self.config: NodeConfig = config
        self.facts = facts
        self.parts: tuple[Part, ...] = registry.enabled(facts.modules)
        self.part_names = frozenset(part.name for part in self.parts)
        self._settings = settings
        self._subscribers = subscribers
        self._read_stamp = stamp

    def reload(self) -> bool:
        """Take over what changed in `node.toml` since it was read: words, colours, modules, settings. The address is
        taken over by a restart only. Returns whether the file had changed; raises ConfigError and changes nothing."""
        if _stamp(self.folder / FILE) == self._read_stamp:
            return False
        found = load_config(self.folder)
        kept = found.node.model_copy(update={"address": self.config.node.address})
        self._take_over(found.model_copy(update={"node": kept}))
        self.writes += 1  # what was kept for everybody is stale
        return True

    def _open(self) -> Border:
        url = self.runtime.settings.database_url
        if is_postgres(url):
            connections = self.runtime.settings.database_connections
            return PostgresBorder(url, schema_name(self.config.first_host), self.unit, self.runtime.pool, connections)
        if not (self.folder / DATABASE).is_file():
            raise ConfigError(f"{self.folder / DATABASE} is missing: restore it, or make an empty one: `ygor migrate`")
        return SqliteBorder(self.folder / DATABASE, self.unit, self.runtime.pool)

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def code(self) -> str:
        """A short name for logs."""
        return self.facts.host

    @property
    def base_url(self) -> str:
        return self.facts.base_url

    @property
    def timezone(self) -> str:
        return self.facts.timezone

    @property
    def host(self) -> str:
        """Host and port as in a `Host` header."""
        return self.facts.host

    @property
    def hostname(self) -> str:
        """The host without port, lower case: what requests are told apart by."""
        return self.facts.host.partition(":")[0]

    @property
    def former_hostnames(self) -> tuple[str, ...]:
        """The hosts without port at which this node was found before it moved."""
        return tuple(urlsplit(url).netloc.partition(":")[0] for url in self.facts.former_urls)

    @property
    def keyring(self) -> Keyring:
        """All keys this node ever had."""
        return self.key_folder.ring

    @property
    def keys(self) -> NodeKeys:
        """The keys that sign at this instant."""
        return self.keyring.signing(self.runtime.clock())

    def has(self, part: str) -> bool:
        """Whether a part is on."""
        return part in self.part_names

    def unit(self, session: Session) -> Unit:
        """A unit of work over a session, at this instant."""
        now, ring = self.runtime.clock(), self.keyring
        return Unit(session, now, self.facts, ring.signing(now), ring, self._subscribers, self._settings_of, self.wake)

    def on_wake(self, topic: str, call: Callable[[], None]) -> None:
        """Be called (from any thread) when a committed unit says `unit.wake(topic)`."""
        self._wakers[topic] = call

    def wake(self, topic: str) -> None:
        if call := self._wakers.get(topic):
            call()

    def file_settings(self, part: str) -> BaseModel:
        """A part's settings as `node.toml` and the defaults have them. Raises KeyError for a part without any."""
        return self._settings[part]

    def _settings_of(self, unit: Unit, part: str) -> BaseModel:
        base = self._settings[part]
        rows = unit.session.execute(select(Setting.key, Setting.value).where(Setting.part == part))
        changed: dict[str, Any] = {key: value for key, value in rows}  # noqa: C416 - rows are not tuples to the checker
        while changed:
            try:
                return base.model_validate({**base.model_dump(), **changed})
            except ValidationError as error:  # set under an older version's rules: the file's value holds again
                wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]} & set(changed) or set(changed)
                log.warning("setting no longer valid", part=part, keys=sorted(wrong), node=self.code)
                changed = {key: value for key, value in changed.items() if key not in wrong}
        return base

    def close(self) -> None:
        self.border.close()


def schema_name(host: str) -> str:
    """The PostgreSQL schema of a node, by the first host it ever had: readable, and unique by its digest."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in host.split(".")[0])
    return f"n_{plain.lower()[:40]}_{sha256(host.encode()).hexdigest()[:8]}"


def prepare_database(folder: Path, settings: ProcessSettings, registry: Registry | None = None) -> None:
    """Make the database of a new node, or bring an old one up to date."""
    registry = registry or installed()
    registry.import_models()
    if is_postgres(settings.database_url):
        config = load_config(folder)
        schema = schema_name(config.first_host)
        engine = postgres_engine(settings.database_url, schema, connections=1)
        new_schema(engine, schema, registry)
    elif not (folder / DATABASE).exists():
        new_sqlite(folder / DATABASE, registry)
        return
    else:
        engine = sqlite_engine(folder / DATABASE, writer=True)
        migrate_engine(engine, registry)
    engine.dispose()


def _facts(config: NodeConfig, *, demo: bool, folder: Path, registry: Registry) -> NodeFacts:
    section = config.node
    modules = frozenset(section.modules)
    if unknown := registry.unknown(modules):
        raise ConfigError(f"{where(folder / FILE, 'modules', 'node')} unknown: {', '.join(unknown)}")
    return NodeFacts(
        name=section.name,
        kind=section.kind,
        code=section.code,
        base_url=section.address,
        host=urlsplit(section.address).netloc,
        timezone=section.timezone,
        population=section.population,
        postcodes=section.postcodes,
        grouping=section.grouping,
        demo=demo,
        modules=modules,
        siren=section.siren,
        former_urls=tuple(one for one in section.former_addresses if one != section.address),
    )


def _settings_from_file(path: Path, config: NodeConfig, registry: Registry) -> dict[str, BaseModel]:
    """The settings of every part, on or off, as `node.toml` has them. Raises ConfigError naming line and key."""
    if strange := sorted(set(config.parts) - {part.name for part in registry.parts}):
        raise ConfigError(f"{where(path, '', strange[0])} there is no such part")
    found: dict[str, BaseModel] = {}
    for part in registry.parts:
        model = part.settings_model()
        if model is None:
            continue
        try:
            found[part.name] = model(**config.parts.get(part.name, {}))
        except ValidationError as error:
            text = path.read_text(encoding="utf-8")
            raise ConfigError("; ".join(describe(path, text, part.name, e) for e in error.errors())) from error
    return found


def _stamp(path: Path) -> tuple[int, int]:
    """What tells that a file was written again. Raises ConfigError."""
    try:
        found = path.stat()
    except OSError as error:
        raise ConfigError(f"{path}: {error}") from error
    return found.st_mtime_ns, found.st_size
