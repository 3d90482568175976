"""Official codes of French communes and groupings.

The two JSON files beside this module come from the npm package `@etalab/decoupage-administratif` (`make assets`);
they are not committed, and are shipped in the wheel and the image. Only making a territory reads them, so nothing
is loaded when this package is imported, and nothing stays in memory after a look-up.
"""

from node.codes.lookup import (
    CodesMissing,
    Commune,
    Grouping,
    UnknownCode,
    commune,
    grouping,
    members,
    slug,
    unique_slugs,
)

__all__ = [
    "CodesMissing",
    "Commune",
    "Grouping",
    "UnknownCode",
    "commune",
    "grouping",
    "members",
    "slug",
    "unique_slugs",
]
