"""What is on in the towns of the demonstration, and what their town halls write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from node.core.unit import Unit
from node.demo import history
from node.demo.world import Town
from node.modules.events import registrations
from node.modules.events import service as events
from node.modules.events.recurring import Every, Recurrence
from node.modules.events.rules import EventDraft
from node.modules.news import service as news
from node.modules.news.rules import ArticleDraft, FilmDraft

WEEKS_OF_A_SERIES = 10


@dataclass(frozen=True, slots=True)
class Happening:
    """An event. `organiser`: an association's name, empty for the town hall; `by`: who writes it; `days`: from today;
    `places`: None for open entrance; `comes`: who is registered."""

    title: str
    organiser: str
    by: str
    summary: str
    description: str
    theme: str
    place: str
    days: int
    hours: tuple[int, int]
    places: int | None = None
    every: Every | None = None
    comes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """An article of the town hall; `days_ago` it was published."""

    title: str
    by: str
    summary: str
    text: str
    theme: str
    days_ago: int
    film: FilmDraft | None = None


HAPPENINGS: Mapping[str, tuple[Happening, ...]] = {
    "castanet-tolosan": (
        Happening(
            "Réunion publique : la place du marché", "", "nadia", "Deux projets, un débat, vos questions.",
            "Les plans sont exposés dès 18 h.\n\n- présentation des deux projets\n- questions\n- suite du calendrier",
            "civic-life", "Salle du Lac", 6, (19, 21), 60, comes=("leila", "hugo"),
        ),
        Happening(
            "Café des parents", "Familles solidaires", "ines", "On parle école, écrans, sommeil, autour d’un café.",
            "Venez avec vos enfants, il y a un coin jeux.", "solidarity", "Centre social", 3, (9, 11), every="week",
        ),
        Happening(
            "Atelier taille des haies", "Arbres et Paysages", "ines", "Apprendre à tailler sans abîmer.",
            "Sécateurs fournis, gants à apporter.", "ecology", "Chemin des Écoliers", 11, (10, 12), 2,
            comes=("leila", "hugo", "theo"),
        ),
        Happening(
            "Vœux aux habitants", "", "nadia", "La soirée qui ouvre l’année, avec l’école de musique.", "",
            "festivities", "Salle Jacques-Brel", 34, (18, 21),
        ),
    ),
    "ramonville-saint-agne": (
        Happening(
            "Fête du port", "Ramonville en fête", "julie", "Balades en péniche, fanfare et grande tablée.", "",
            "festivities", "Port Sud", 8, (14, 22),
        ),
        Happening(
            "Lecture au bord du canal", "Ramonville en fête", "julie", "Des voix, des textes, un plaid.", "",
            "culture", "Écluse de Castanet", 5, (18, 19), 25,
        ),
    ),
    "sicoval": (
        Happening(
            "Visite du centre de tri", "", "maya", "Où vont nos emballages ? On suit le tapis.", "Dès 8 ans.",
            "ecology", "Labège", 13, (14, 16), 20,
        ),
    ),
}  # fmt: skip
PIECES: Mapping[str, tuple[Piece, ...]] = {
    "castanet-tolosan": (
        Piece(
            "La rue des Écoles devient calme", "nadia", "Dès lundi, on y roule à 20 km/h et les enfants y jouent.",
            "Le conseil municipal l’a voté le mois dernier.\n\n## Ce qui change\n\n- **20 km/h** dans toute la rue\n"
            "- six bancs et douze arbres\n- plus de voitures aux heures de l’école", "civic-life", 2,
        ),
        Piece(
            "Le budget expliqué en trois minutes", "nadia", "D’où vient l’argent de la commune, et où il va.",
            "La vidéo a été tournée avec le conseil des jeunes.", "civic-life", 9,
            FilmDraft(
                link="https://videos.example/budget",
                transcript="Un euro d’impôt, qu’est-ce que cela devient ? Trente centimes vont à l’école…",
            ),
        ),
        Piece(
            "Un composteur dans chaque quartier", "nadia", "Les trois premiers ouvrent cette semaine.",
            "Des guides composteurs vous y attendent le samedi matin.", "ecology", 20,
        ),
    ),
    "ramonville-saint-agne": (
        Piece(
            "La piscine rouvre ses deux bassins", "luc", "Les travaux sont finis, l’eau est à 27 degrés.",
            "Horaires d’hiver : tous les jours de 12 h à 19 h.", "sport", 3,
        ),
    ),
}  # fmt: skip


def announce(unit: Unit, town: Town, ids: Mapping[str, str], groups: Mapping[str, str]) -> None:
    """Events to come and articles of the last weeks, through the functions that pages use."""
    for piece in sorted(PIECES.get(town.label, ()), key=lambda piece: -piece.days_ago):
        then = history.earlier(unit, piece.days_ago)
        draft = ArticleDraft(piece.title, piece.summary, piece.text, piece.theme, film=piece.film)
        news.publish(then, ids[piece.by], news.create(then, ids[piece.by], draft))
    for happening in HAPPENINGS.get(town.label, ()):
        organisation_id = groups[happening.organiser] if happening.organiser else None
        until = unit.today + timedelta(days=happening.days, weeks=WEEKS_OF_A_SERIES)
        recurrence = Recurrence(happening.every, until) if happening.every else None
        event_id = events.create(unit, ids[happening.by], organisation_id, _draft(unit, happening), recurrence)
        events.publish(unit, ids[happening.by], event_id, following=True)
        for person in happening.comes:
            registrations.register(unit, ids[person], event_id)


def _draft(unit: Unit, happening: Happening) -> EventDraft:
    zone, day = ZoneInfo(unit.node.timezone), unit.today + timedelta(days=happening.days)
    first, last = happening.hours
    return EventDraft(
        title=happening.title,
        summary=happening.summary,
        description=happening.description,
        theme=happening.theme,
        place_name=happening.place,
        starts_at=datetime.combine(day, time(first), zone),
        ends_at=datetime.combine(day, time(last), zone),
        registration=happening.places is not None,
        places=happening.places,
    )
