"""What a draw and a prize may become, and what an agent may ask for: tables and pure checks."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from node.core.errors import Conflict, Invalid
from protocols.gold.objects import MOST_GOLD, MOST_PARTIES, MOST_PRIZES, MOST_UNITS, Prize

MOST_WITNESSES: Final = MOST_PARTIES - 1
SHORTEST_WAIT: Final = timedelta(hours=1)
SHORTEST_NOTICE: Final = timedelta(minutes=30)
LONGEST_WAIT: Final = timedelta(days=366)
_LINE = re.compile(r"(?:(\d{1,4})\s*[×xX*]\s*)?(.+?)(?:\s*=\s*(\d{1,7}))?")
_CHANCE = re.compile(r"(\d{1,6})\s*(?:sur|/|in|out of)\s*(\d{1,6})", re.IGNORECASE)

STATES: Final = {
    ("planned", "announce"): "announced",
    ("planned", "withdraw"): "withdrawn",
    ("announced", "hold"): "held",
}
PRIZE_STATES: Final = {
    ("won", "claim"): "claimed",
    ("won", "decline"): "declined",
    ("won", "lapse"): "unclaimed",
    ("won", "revoke"): "revoked",
    ("won", "leave"): "left",
    ("claimed", "revoke"): "revoked",
    ("claimed", "hand"): "handed",
}


def next_state(state: str, event: str) -> str:
    """Raises Conflict `gold.state` for a move that the table does not have."""
    found = STATES.get((state, event))
    if found is None:
        raise Conflict("gold.state")
    return found


def next_prize_state(state: str, event: str) -> str:
    """Raises Conflict `gold.prize-over` for a move that the table does not have."""
    found = PRIZE_STATES.get((state, event))
    if found is None:
        raise Conflict("gold.prize-over")
    return found


def check_times(actions_from: datetime, actions_until: datetime, draw_at: datetime, now: datetime) -> None:
    """Raises Invalid: the draw lies an hour or more after the last action and after now, and within a year."""
    if actions_from >= actions_until:
        raise Invalid("gold.period", field="until_day")
    if draw_at < max(actions_until, now) + SHORTEST_WAIT:
        raise Invalid("gold.draw-early", field="draw_at")
    if draw_at > now + LONGEST_WAIT:
        raise Invalid("gold.draw-far", field="draw_at")


def read_prizes(text: str) -> tuple[Prize, ...]:
    """One prize a line: `3 × Dix jetons d’or = 10`, `1 × Deux places au théâtre`. Raises Invalid `gold.prizes`."""
    prizes = []
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            continue
        found = _LINE.fullmatch(line)
        count, gold = int((found and found[1]) or 1), int((found and found[3]) or 0)
        if found is None or not 1 <= count <= MOST_UNITS or gold > MOST_GOLD or len(found[2]) > 120:
            raise Invalid("gold.prizes", field="prizes")
        prizes.append(Prize(found[2].strip(), gold, count))
    if not prizes:
        raise Invalid("gold.prizes", field="prizes")
    if len(prizes) > MOST_PRIZES or sum(one.count for one in prizes) > MOST_UNITS:
        raise Invalid("gold.too-many-prizes", field="prizes", limit=MOST_UNITS)
    return tuple(prizes)


def read_chance(text: str) -> tuple[int, int]:
    """`1 sur 20` → (1, 20). Raises Invalid `gold.chance`."""
    found = _CHANCE.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise Invalid("gold.chance", field="chance")
    return int(found[1]), int(found[2])
