"""How it goes with a peer, in words for an administrator: one verdict, why, and what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from web.i18n import N_

Level = Literal["bad", "warn", "info", "good"]
ORDER: Final[Mapping[str, int]] = {"bad": 0, "warn": 1, "info": 2, "good": 3}
SKEW_TOLD = timedelta(minutes=5)
SKEW_FATAL = timedelta(hours=1)
UNANSWERED_AFTER = timedelta(days=2)
SILENT_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a peer's health. `error`: of the delivery tried last that did not arrive; `rule`: of ours."""

    now: datetime
    since: datetime
    rule: str | None = None
    only_listed: bool = False
    we_follow: str = "no"
    follows_us: bool = False
    pending: int = 0
    dead: int = 0
    error: str = ""
    last_heard: datetime | None = None
    last_success: datetime | None = None
    skew_s: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """French sentences (msgids) with what goes into them."""

    level: Level
    title: str
    advice: str
    values: Mapping[str, object] = field(default_factory=dict)


_BY_ERROR: Final[tuple[tuple[str, Level, str, str], ...]] = (
    (
        r"The peer answered 401",
        "bad",
        N_("Ils ont refusé notre signature"),
        N_(
            "Vérifiez que notre adresse répond depuis l’extérieur et que l’horloge de notre serveur est juste, puis"
            " renvoyez. Si cela continue, demandez à leur administrateur de relire nos clés."
        ),
    ),
    (
        r"The peer answered 403",
        "bad",
        N_("Ils ne veulent pas de nos messages"),
        N_("Notre domaine est sans doute bloqué là-bas. Écrivez à leur mairie ; une fois débloqué, renvoyez."),
    ),
    (
        r"The peer answered (404|410)",
        "bad",
        N_("Leur boîte aux lettres n’existe plus"),
        N_(
            "La commune a sans doute changé d’adresse ou quitté Ygor. Demandez-lui sa nouvelle adresse et suivez-la,"
            " puis ne suivez plus celle-ci."
        ),
    ),
    (
        r"No answer: ClientConnectorDNSError",
        "warn",
        N_("Leur nom de domaine n’existe pas, ou plus"),
        N_("Vérifiez l’adresse avec eux : un nom de domaine qui n’est pas renouvelé disparaît."),
    ),
    (
        r"No answer: (ClientConnectorCertificateError|ClientConnectorSSLError|ClientSSLError|SSLError)",
        "bad",
        N_("Leur certificat https n’est pas valable"),
        N_("Prévenez leur administrateur : le certificat est expiré ou ne porte pas ce nom. Rien à faire chez nous."),
    ),
    (
        r"The peer answered 3\d\d",
        "bad",
        N_("Leur adresse renvoie ailleurs"),
        N_("Une boîte aux lettres ne doit pas rediriger. Demandez-leur leur adresse actuelle et suivez-la."),
    ),
    (
        r"The peer answered 429",
        "info",
        N_("Trop de messages à la fois : nous ralentissons"),
        N_("Rien à faire : les messages partent plus lentement, dans l’ordre."),
    ),
    (
        r"The peer answered 5\d\d",
        "warn",
        N_("Leur serveur est en panne"),
        N_("Rien à faire : nous réessayons pendant sept jours. Passé un jour, prévenez leur administrateur."),
    ),
    (
        r"The peer did not answer in time",
        "warn",
        N_("Leur serveur ne répond pas à temps"),
        N_("Rien à faire : nous réessayons pendant sept jours. Passé un jour, prévenez leur administrateur."),
    ),
    (
        r"The peer closed the connection|No answer: .*",
        "warn",
        N_("Leur serveur ne répond pas"),
        N_("Rien à faire : nous réessayons pendant sept jours. Passé un jour, prévenez leur administrateur."),
    ),
    (
        r"Only https is allowed|This address is not allowed|.*resolves to no address that we may connect to",
        "bad",
        N_("Leur adresse n’est pas permise"),
        N_("Il faut une adresse publique, en https. Demandez-leur de la corriger."),
    ),
    (
        r"The peer answered \d+",
        "bad",
        N_("Ils n’ont pas compris un message"),
        N_(
            "Leur version d’Ygor est peut-être ancienne. Renvoyez une fois ; sinon supprimez le message et signalez-le."
        ),
    ),
)


def judge(signs: Signs) -> Verdict:
    """The first thing that an administrator should know of a peer."""
    return _closed(signs) or _failing(signs) or _odd(signs) or _well(signs)


def _closed(signs: Signs) -> Verdict | None:
    if signs.rule == "block":
        return Verdict(
            "info",
            N_("Bloquée par nous"),
            N_("Rien ne passe, dans aucun sens. Pour reprendre, retirez la règle, puis suivez-la de nouveau."),
        )
    if signs.only_listed and signs.rule != "allow":
        return Verdict(
            "warn",
            N_("Pas sur notre liste"),
            N_("Nous ne parlons qu’aux domaines autorisés. Autorisez celui-ci pour reprendre l’échange."),
        )
    return None


def _failing(signs: Signs) -> Verdict | None:
    if signs.skew_s is not None and abs(signs.skew_s) >= SKEW_FATAL.total_seconds() * 0.75:
        return Verdict(
            "bad",
            N_("Les horloges diffèrent de {minutes} minutes"),
            N_(
                "À partir d’une heure, chaque message est refusé. Vérifiez l’heure de notre serveur ; si elle est"
                " juste, prévenez leur administrateur."
            ),
            {"minutes": round(abs(signs.skew_s) / 60)},
        )
    if signs.error and (signs.pending or signs.dead):
        for pattern, level, title, advice in _BY_ERROR:
            if re.fullmatch(pattern, signs.error):
                return Verdict("bad" if signs.dead else level, title, advice)
    if signs.dead:
        return Verdict(
            "bad",
            N_("Des messages ont été abandonnés"),
            N_("Regardez plus bas pourquoi, puis renvoyez-les ou supprimez-les."),
        )
    if signs.we_follow == "rejected":
        return Verdict(
            "warn",
            N_("Ils ont refusé d’être suivis"),
            N_("Écrivez à leur mairie, puis demandez de nouveau depuis la liste des communes."),
        )
    return None


def _odd(signs: Signs) -> Verdict | None:
    if signs.skew_s is not None and abs(signs.skew_s) >= SKEW_TOLD.total_seconds():
        return Verdict(
            "warn",
            N_("Les horloges diffèrent de {minutes} minutes"),
            N_("Sans gravité pour l’instant. Vérifiez l’heure de notre serveur ; si elle est juste, prévenez-les."),
            {"minutes": round(abs(signs.skew_s) / 60)},
        )
    if signs.we_follow == "requested" and signs.now - signs.since > UNANSWERED_AFTER and not signs.pending:
        return Verdict(
            "warn",
            N_("Notre demande de suivi reste sans réponse"),
            N_("Le message est bien arrivé. Demandez-leur d’accepter, ou redemandez depuis la liste des communes."),
        )
    contact = max((moment for moment in (signs.last_heard, signs.last_success) if moment), default=signs.since)
    if signs.now - contact > SILENT_AFTER:
        return Verdict(
            "info",
            N_("Aucun contact depuis plus d’un mois"),
            N_("Rien n’attend. Si cela vous étonne, redemandez à la suivre : la réponse dira si l’adresse vit encore."),
        )
    return None


def _well(signs: Signs) -> Verdict:
    if signs.pending:
        return Verdict("good", N_("Des messages partent"), N_("Rien à faire."))
    return Verdict("good", N_("Tout va bien"), N_("Rien à faire."))
