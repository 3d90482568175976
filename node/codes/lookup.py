"""Finds communes and groupings by their official codes, reading the files line by line (some 10 ms a pass)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
LABEL_LENGTH = 63  # the longest label of a host name, RFC 1035 §2.3.4


class CodesMissing(RuntimeError):
    """The files of codes were not made; the message says how."""


class UnknownCode(LookupError):
    """No current commune or grouping bears this code."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A current commune. `department` and `region` are their official codes ("31", "76").

    `siren` is None for 94 communes overseas that have none in the source, `population` (municipal population of the
    latest census) for 6 without inhabitants, `grouping_siren` for those outside any grouping.
    """

    insee: str
    siren: str | None
    name: str
    population: int | None
    postcodes: tuple[str, ...]
    department: str
    region: str
    grouping_siren: str | None


@dataclass(frozen=True, slots=True)
class Grouping:
    """A grouping of communes with its own taxes (EPCI). `kind`: CC, CA, CU, METRO or MET69; `members`: INSEE codes."""

    siren: str
    name: str
    kind: str
    members: tuple[str, ...]

    @property
    def short_name(self) -> str:
        """The name without the kind and the article that follow custom: "CA du Sicoval" → "Sicoval"."""
        without_kind = re.sub(r"^(CC|CA|CU) ", "", self.name)
        if without_kind == self.name:
            return self.name
        return re.sub(r"^(de la |de l['’]|du |des |de |d['’])", "", without_kind)


def commune(insee: str, *, folder: Path = FOLDER) -> Commune:
    """The commune with this INSEE code. Raises UnknownCode, CodesMissing."""
    for row in _rows(folder / "communes.json", frozenset((insee,))):
        return _commune(row)
    raise UnknownCode(f"no commune has the INSEE code {insee!r}")


def grouping(siren: str, *, folder: Path = FOLDER) -> Grouping:
    """The grouping with this SIREN code. Raises UnknownCode, CodesMissing."""
    for code, name, kind, member_codes in _rows(folder / "groupings.json", frozenset((siren,))):
        return Grouping(code, name, kind, tuple(member_codes))
    raise UnknownCode(f"no grouping has the SIREN code {siren!r}")


def members(siren: str, *, folder: Path = FOLDER) -> tuple[Commune, ...]:
    """The communes of a grouping, most populated first. Raises UnknownCode, CodesMissing."""
    wanted = frozenset(grouping(siren, folder=folder).members)
    found = [_commune(row) for row in _rows(folder / "communes.json", wanted)]
    return tuple(sorted(found, key=lambda each: (-(each.population or 0), each.insee)))


def slug(name: str) -> str:
    """A name as a host label: "Castanet-Tolosan" → "castanet-tolosan", "L'Haÿ-les-Roses" → "l-hay-les-roses"."""
    decomposed = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LABEL_LENGTH].rstrip("-")


def unique_slugs(territory: Grouping, communes: tuple[Commune, ...]) -> dict[str, str]:
    """Host labels of a grouping and its communes, by SIREN (grouping) and INSEE code (communes).

    A commune keeps its plain name; of namesakes all but the most populated carry their INSEE code, and a grouping
    named like one of its communes ("CU d'Arras") its kind ("cu-d-arras").
    """
    labels: dict[str, str] = {}
    for each in sorted(communes, key=lambda one: (-(one.population or 0), one.insee)):
        label = slug(each.name)
        if label in labels.values():
            label = f"{label[: LABEL_LENGTH - 6]}-{each.insee.lower()}"
        labels[each.insee] = label
    for label in (slug(territory.short_name), slug(territory.name), territory.siren):
        if label not in labels.values():
            labels[territory.siren] = label
            break
    return labels


def _rows(path: Path, codes: frozenset[str]) -> Iterator[list[Any]]:
    """The rows whose first column is among the codes, in the order of the file (one row per line)."""
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                # A row starts `["31113",`: its code is cut out before anything is parsed.
                if line.startswith('["') and line[2 : line.find('"', 2)] in codes:
                    yield json.loads(line.rstrip().removesuffix(","))
    except FileNotFoundError as missing:
        raise CodesMissing(f"{path.name} is missing in {path.parent}: run `make assets` first") from missing


def _commune(row: list[Any]) -> Commune:
    insee, siren, name, population, postcodes, department, region, grouping_siren = row
    return Commune(insee, siren, name, population, tuple(postcodes), department, region, grouping_siren)
