"""How actions add up, and why a mission fits somebody. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.civic import skills as skill_words
from node.civic import themes as theme_words
from node.core.errors import Invalid
from node.modules.missions.public import MissionCard
from node.modules.profile.values import ActionShown, Counted, Interests, Reason, Suggestion, Totals, Why

WEIGHTS: dict[Why, int] = {"theme-chosen": 4, "skill-chosen": 3, "skill-known": 2, "theme-known": 1}


def interests(themes: Iterable[str], skills: Iterable[str]) -> Interests:
    """Chosen keys, once each, in the order of the lists. Raises Invalid `profile.theme`, `profile.skill`."""
    wanted, able = frozenset(themes), frozenset(skills)
    if wanted - theme_words.BY_KEY.keys():
        raise Invalid("profile.theme", field="themes")
    if able - skill_words.BY_KEY.keys():
        raise Invalid("profile.skill", field="skills")
    return Interests(
        tuple(theme.key for theme in theme_words.THEMES if theme.key in wanted),
        tuple(skill.key for skill in skill_words.SKILLS if skill.key in able),
    )


def totals(actions: Sequence[ActionShown]) -> Totals:
    """Sums over a register."""
    return Totals(
        actions=len(actions),
        minutes=sum(action.minutes for action in actions),
        tokens=sum(action.tokens for action in actions),
        organisations=len({action.organisation for action in actions}),
        skills=_counted((key, action.minutes) for action in actions for key in dict.fromkeys(action.skills)),
        themes=_counted((action.theme, action.minutes) for action in actions),
    )


def _counted(seen: Iterable[tuple[str, int]]) -> tuple[Counted, ...]:
    found: dict[str, tuple[int, int]] = {}
    for key, minutes in seen:
        count, so_far = found.get(key, (0, 0))
        found[key] = (count + 1, so_far + minutes)
    counted = (Counted(key, count, minutes) for key, (count, minutes) in found.items())
    return tuple(sorted(counted, key=lambda item: (-item.count, -item.minutes, item.key)))


def reasons(card: MissionCard, chosen: Interests, past: Totals) -> tuple[Reason, ...]:
    """Why a mission fits, the strongest reason first; empty when nothing speaks for it."""
    practised = {item.key for item in past.skills if item.key in skill_words.BY_KEY}
    found = [Reason("theme-chosen", card.theme)] if card.theme in chosen.themes else []
    found += [Reason("skill-chosen", key) for key in card.skills if key in chosen.skills]
    found += [Reason("skill-known", key) for key in card.skills if key in practised and key not in chosen.skills]
    if card.theme in {item.key for item in past.themes} and card.theme not in chosen.themes:
        found.append(Reason("theme-known", card.theme))
    return tuple(found)


def suggestions(
    cards: Iterable[MissionCard], chosen: Interests, past: Totals, done: frozenset[str], limit: int
) -> tuple[Suggestion, ...]:
    """The missions that fit best, the sooner first among equals; without those done already or full."""
    open_to_all = (card for card in cards if card.id not in done and card.places_left != 0)
    fitting = [Suggestion(card, why) for card in open_to_all if (why := reasons(card, chosen, past))]
    fitting.sort(key=lambda fit: (-sum(WEIGHTS[reason.why] for reason in fit.reasons), fit.mission.starts_at))
    return tuple(fitting[:limit])
