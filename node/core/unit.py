"""The unit of work: what every domain function gets as its first argument. One unit is one database transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy.orm import Session

from node.core.keyring import Keyring
from node.core.keys import NodeKeys

S = TypeVar("S", bound=BaseModel)
Subscriber = Callable[["Unit", Any], None]


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What the domain may know of its node."""

    name: str
    kind: str
    code: str
    base_url: str
    host: str
    timezone: str
    population: int
    postcodes: tuple[str, ...]
    grouping: str
    demo: bool
    modules: frozenset[str]
    siren: str = ""
    former_urls: tuple[str, ...] = ()
    """The base addresses this node had before it moved, the oldest first."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The present host and the former ones: cards printed before a move name those."""
        return (self.host, *(url.partition("://")[2] for url in self.former_urls))

    def url(self, path: str) -> str:
        """The public address of a path that begins with a slash."""
        return self.base_url + path


@dataclass(slots=True)
class Unit:
    """One transaction: its session, its instant, its node.

    A unit may be run twice (a batch that failed, a serialisation failure): everything it changes goes through
    `session`; what must happen outside goes through `after_commit`, which runs once the commit has succeeded.
    """

    session: Session
    now: datetime
    node: NodeFacts
    keys: NodeKeys
    keyring: Keyring
    subscribers: Mapping[type, tuple[Subscriber, ...]]
    settings_source: Callable[[Unit, str], BaseModel]
    waker: Callable[[str], None] = lambda topic: None
    on_commit: list[Callable[[], None]] = field(default_factory=list)
    seen_settings: dict[str, BaseModel] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The commune's local date at this unit's instant."""
        return self.local(self.now).date()

    def local(self, moment: datetime) -> datetime:
        """A moment on the commune's own clock."""
        return moment.astimezone(ZoneInfo(self.node.timezone))

    def emit(self, event: object) -> None:
        """Tell the subscribers, inside this same transaction."""
        for subscriber in self.subscribers.get(type(event), ()):
            subscriber(self, event)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once, after the commit. It must not fail and must not block: wake a worker, nothing more."""
        self.on_commit.append(call)

    def wake(self, topic: str) -> None:
        """After the commit, wake the worker that looks after `topic` (`delivery`, `mail`, `honour`)."""
        self.after_commit(lambda: self.waker(topic))

    def settings(self, part: str, model: type[S]) -> S:
        """The settings of a part: `node.toml` first, what an administrator changed on top."""
        if part not in self.seen_settings:
            self.seen_settings[part] = self.settings_source(self, part)
        found = self.seen_settings[part]
        if not isinstance(found, model):
            raise TypeError(f"settings of {part} are {type(found).__name__}, not {model.__name__}")
        return found
