"""The manifest: all that a part declares about itself, so that the node can gather it. References are lazy strings,
relative to the part's package (`"views:routes"`), so that reading every manifest imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Space = Literal["decide", "act", "me", "territory", "desk"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the navigation. `roles`: who sees it, empty means everybody; `thumb`: on the phone's bar too."""

    route: str
    label: str
    icon: str
    space: Space
    roles: frozenset[str] = frozenset()
    order: int = 50
    thumb: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Periodic work. `run` names `fn(unit)`, carried out in one write transaction, or `async fn(node)`."""

    name: str
    every_s: float
    run: str


@dataclass(frozen=True, slots=True)
class Module:
    """One part of a node. Every reference may be empty.

    routes, api: `() -> list[RouteDef]`, names begin with the part's name. models: a file of tables. settings: a
    pydantic model. subscriptions: pairs (event type, `fn(unit, event)`). activities: (activity type, object type) →
    `fn(unit, incoming) -> str`.
    services: `(app: Running) -> async context manager` that lives as long as the process serves. page_facts:
    `fn(unit, viewer) -> dict` of template variables for somebody signed in. home_cards, desk_cards: `fn(unit, viewer)`.
    checks: `fn(unit) -> list[str]` for `ygor check`. sharing: what residents of neighbours may take part in
    (`node.sharing.joinable.Joinable`). needs: modules whose tables this one refers to. audit: action →
    what the log says of it, as `audit.record` writes it.
    """

    name: str
    title: str
    summary: str = ""
    core: bool = False
    routes: str = ""
    api: str = ""
    models: str = ""
    settings: str = ""
    subscriptions: str = ""
    activities: str = ""
    services: str = ""
    page_facts: str = ""
    home_cards: str = ""
    desk_cards: str = ""
    datasets: str = ""
    checks: str = ""
    gdpr: str = ""
    demo: str = ""
    sharing: str = ""
    needs: tuple[str, ...] = ()
    navigation: tuple[NavItem, ...] = ()
    jobs: tuple[Job, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    audit: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HomeCard:
    """What a module shows on the entrance page: a template of its own, which finds its values in `values`.

    Below 10 the `order` is a door (`ui.door`) at the top of the page; from 10 on a section (`ui.section`).
    """

    template: str
    values: Mapping[str, object]
    space: Space
    order: int = 50


@dataclass(frozen=True, slots=True)
class DeskCard:
    """Something on a person's desk: a number that waits for them, or (count None) a place where they work.

    `label` is a msgid; `name` stands after it as it is; `icon` is shown for places of work.
    """

    label: str
    count: int | None
    href: str
    order: int = 50
    name: str = ""
    icon: str = "arrow-right"
