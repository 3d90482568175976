"""All of a draw, as the file that anybody may check (specs/gold.md §9.1), and one person's proof of their entry."""

from __future__ import annotations

from sqlalchemy import select

from node.core.errors import NotFound
from node.core.unit import Unit
from node.modules.gold import planning, signing
from node.modules.gold.models import DrawEntry, DrawParty, DrawPassing
from protocols.gold.entries import path_of, root_of
from protocols.gold.filing import make_file
from protocols.types import Json, JsonObject


def file_of(unit: Unit, draw_id: str) -> JsonObject:
    """Raises NotFound `gold.unknown`: also for a draw that is not announced yet."""
    row = planning.find(unit, draw_id)
    if row.announcement is None:
        raise NotFound("gold.unknown")
    parties = unit.session.scalars(
        select(DrawParty).where(DrawParty.draw_id == row.id).order_by(DrawParty.position)
    ).all()
    query = select(DrawPassing.document).where(DrawPassing.draw_id == row.id).order_by(DrawPassing.number)
    passings: list[JsonObject] = list(unit.session.scalars(query))
    # What has been answered stays with the parties until the draw is held: nobody shall know who wins before.
    held = row.result is not None
    answers = [party.answer for party in parties if held and party.answer is not None and not party.late]
    own = [row.announcement, *([row.result] if held else []), *passings, *answers]
    keys = signing.own_keys(unit, own)
    for party in parties:
        keys |= {method: bytes.fromhex(key) for method, key in party.keys.items()}
    return make_file(
        announcement=row.announcement,
        keys=keys,
        entries=planning.entries_of(unit, row.id),
        receipts=[party.receipt for party in parties if party.receipt is not None],
        answers=answers,
        late=[party.answer for party in parties if held and party.late],
        result=row.result,
        passings=passings,
    )


def proof_of(unit: Unit, account_id: str, draw_id: str, reference: str) -> JsonObject:
    """What somebody needs to see for themselves that their entry stands under the announced root: only theirs.

    Raises NotFound `gold.entry-unknown`.
    """
    row, entry = planning.find(unit, draw_id), unit.session.get(DrawEntry, (draw_id, reference))
    if entry is None or not account_id or entry.account_id != account_id:
        raise NotFound("gold.entry-unknown")
    entries = planning.entries_of(unit, draw_id)
    index = next(at for at, one in enumerate(entries) if one.reference == reference)
    return {
        "format": "ygor-entry-proof/1",
        "draw": row.uri,
        "alpha": row.alpha,
        "action": entry.action_id,
        "salt": entry.salt.hex(),
        "person": entry.account_id,
        "holderSalt": entry.holder_salt.hex(),
        "reference": entry.reference,
        "holder": entry.holder,
        "index": index,
        "count": len(entries),
        "path": list[Json](path_of(entries, index)),
        "root": root_of(entries),
    }
