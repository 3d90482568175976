"""A whole territory from the official codes: one node for the grouping and one for each of its communes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from node import codes
from node.core.config import DEFAULT_MODULES, ConfigError, ProcessSettings
from node.core.folder import init_node

MAKERS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A node to be made: its folder's name and its `[node]` table."""

    label: str
    section: dict[str, Any]


def plan_territory(siren: str, domain: str, *, scheme: str | None = None) -> tuple[Place, ...]:
    """The nodes of a grouping: the grouping first, then its communes by population.

    Raises ConfigError if the SIREN is not a grouping's or the files of codes were not made.
    """
    if scheme is None:
        scheme = "http" if domain.partition(":")[0].endswith("localhost") else "https"
    try:
        grouping = codes.grouping(siren)
        communes = codes.members(siren)
    except (codes.UnknownCode, codes.CodesMissing) as error:
        raise ConfigError(str(error)) from error
    labels = codes.unique_slugs(grouping, communes)
    center = f"{scheme}://{labels[siren]}.{domain}"
    common = {"grouping": center, "modules": list(DEFAULT_MODULES)}
    places = [
        Place(
            labels[siren],
            {
                "name": grouping.short_name,
                "kind": "grouping",
                "siren": siren,
                "address": center,
                "population": sum(commune.population or 0 for commune in communes),
                "modules": list(DEFAULT_MODULES),
            },
        )
    ]
    for commune in communes:
        section = {
            "name": commune.name,
            "kind": "commune",
            "code": commune.insee,
            "siren": commune.siren or "",
            "address": f"{scheme}://{labels[commune.insee]}.{domain}",
            "population": commune.population or 0,
            "postcodes": list(commune.postcodes),
        }
        places.append(Place(labels[commune.insee], section | common))
    return tuple(places)


def make_territory(
    siren: str,
    folder: Path,
    domain: str,
    settings: ProcessSettings,
    *,
    scheme: str | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
    marked: Callable[[Path], None] = lambda folder: None,
) -> list[Path]:
    """Make the nodes in `folder`; those that are there already stay as they are, so an interrupted run goes on.

    `marked` is called with each new node before it takes its final name. Raises ConfigError.
    """
    places = plan_territory(siren, domain, scheme=scheme)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [place for place in places if not (folder / place.label / "keys" / "secret.key").exists()]
    done = len(places) - len(missing)
    tell(done, len(places))

    def make(place: Place) -> None:
        target = folder / place.label
        unfinished = folder / f".{place.label}.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        init_node(unfinished, place.section, settings=settings)
        marked(unfinished)
        try:
            unfinished.rename(target)
        except OSError as error:
            raise ConfigError(f"{target} is in the way: {error.strerror}") from error

    with ThreadPoolExecutor(MAKERS) as pool:
        for finished in as_completed([pool.submit(make, place) for place in missing]):
            finished.result()
            done += 1
            tell(done, len(places))
    return [folder / place.label for place in places]
