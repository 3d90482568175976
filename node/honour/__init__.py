"""Cross-honouring of tokens between communes (`specs/honour.md`) on this node's database and over HTTP.

`protocols.honour` decides; here its states become rows, its effects movements of the ledger, its messages signed calls.
`issuing` answers for our residents' tokens, `honouring` asks for what is paid at our tills, `worker` never gives up.
Other parts import `public`, `events` and `asking`, nothing else.
"""

from node.core.module import Job, Module, NavItem

ADMINISTRATORS = frozenset({"administrator"})

MODULE = Module(
    name="honour",
    title="Jetons des voisins",
    summary="Les conditions entre communes, les paiements d’une commune à l’autre, les relevés.",
    core=True,
    routes="views:routes",
    models="models",
    gdpr="gdpr",
    activities="federation:HANDLERS",
    subscriptions="renewal:SUBSCRIPTIONS",
    services="services:run",
    checks="verification:verify",
    jobs=(Job("holds", 30, "issuing:expire_holds"), Job("heads", 600, "worker:acknowledge")),
    navigation=(
        NavItem("honour.terms", "Conditions", "handshake", "desk", ADMINISTRATORS, order=70),
        NavItem("honour.statements", "Relevés", "file-text", "desk", ADMINISTRATORS, order=71),
    ),
    errors={
        "honour.no-terms": "Aucune condition n’est en vigueur avec cette commune : elle ne peut pas payer ici.",
        "honour.conflict": "Ce paiement est déjà enregistré avec un autre contenu.",
        "honour.price": "Le prix doit être un nombre entier de jetons, entre 1 et {limit}.",
        "honour.service": "Les conditions avec cette commune ne couvrent pas ce service.",
        "honour.payment-id": "L’identifiant de ce paiement n’est pas valable.",
        "honour.payment-unknown": "Ce paiement n’existe pas.",
        "honour.pass": "Ce laissez-passer n’est pas lisible ou vient d’une autre commune.",
        "honour.over": "Ce paiement est terminé : on ne peut plus l’annuler. Remboursez-le.",
        "honour.not-posted": "Seul un paiement confirmé peut être remboursé.",
        "honour.refund-too-much": "On ne peut plus rembourser que {left} jetons de ce paiement.",
        "honour.unreachable": "La commune du porteur ne répond pas pour l’instant.",
        "honour.is-paid": "La commune du porteur a confirmé le paiement.",
        "honour.waits": (
            "La commune du porteur n’a pas encore répondu. Rien n’est perdu : nous lui demandons jusqu’à ce qu’elle"
            " réponde."
        ),
        "honour.waits-held": "La somme est réservée. Il reste à confirmer le paiement.",
        "honour.waits-cancel": "L’annulation est demandée. La commune du porteur a le dernier mot.",
        "honour.waits-long": (
            "Toujours aucune réponse après le délai prévu par les conditions. La somme est mise à part et nous"
            " continuons à demander."
        ),
        "honour.why-no-terms": "La commune du porteur n’accepte plus de paiement ici : les conditions ont pris fin.",
        "honour.why-service": "La commune du porteur ne paie pas ce service.",
        "honour.why-consent": "Cette carte ou ce laissez-passer n’est pas valable.",
        "honour.why-consent-used": "Ce laissez-passer a déjà servi. Demandez-en un nouveau.",
        "honour.why-consent-expired": "Ce laissez-passer a expiré. Demandez-en un nouveau.",
        "honour.why-not-covered": "Le solde ne couvre pas ce prix, ou la limite du jour est atteinte.",
        "honour.why-limit": "La limite entre les deux communes est atteinte jusqu’au prochain relevé.",
        "honour.why-too-old": "Cette demande est trop ancienne.",
        "honour.why-too-many": "Trop de demandes pour cette carte ou cette caisse. Patientez une minute.",
        "honour.why-unknown": "La commune du porteur ne connaît pas ce paiement.",
        "honour.why-voided": "Le paiement a été annulé, rien n’a été pris.",
        "honour.why-expired": "La réservation a expiré, rien n’a été pris.",
        "honour.why-refund-late": "Le délai de remboursement est passé.",
        "honour.why-refund-exceeds": "Le remboursement dépasse le paiement.",
        "honour.why-other": "La commune du porteur a refusé.",
        "honour.terms": "Ces conditions ne peuvent pas être signées : {problem}",
        "honour.terms-common": "Ces conditions sont celles d’un groupement : on les quitte en quittant le groupement.",
        "honour.terms-unknown": "Ces conditions n’existent pas.",
        "honour.terms-decided": "Ces conditions ont déjà été acceptées, refusées ou terminées.",
        "honour.proposal-waits": "Cette commune vous a déjà fait une proposition : répondez-y d’abord.",
        "honour.terms-over-limit": "Le plafond par jour dépasse la limite entre les communes.",
        "honour.terms-over-day-cap": "Le plafond par carte dépasse le plafond par jour.",
        "honour.terms-over-card-cap": "Le plancher hors connexion dépasse le plafond par carte.",
        "honour.terms-all-and-some": "« * » (tous les services) ne se combine pas avec d’autres.",
        "honour.terms-twice": "Un service est cité deux fois.",
        "honour.terms-before-start": "La fin vient avant le début.",
        "honour.terms-under-till-hold": "Une réservation doit durer au moins autant qu’un passage en caisse.",
        "honour.terms-same-party": "Une commune ne signe pas de conditions avec elle-même.",
        "honour.terms-foreign-base": "L’adresse de cette commune n’est pas la sienne.",
        "honour.statement-unknown": "Ce relevé n’existe pas.",
        "honour.statement-open": "Un relevé attend déjà d’être contresigné avec cette commune.",
        "honour.statement-unsettled": "Le relevé précédent n’est pas encore inscrit dans les deux registres.",
        "honour.statement-empty": "Rien n’a été échangé depuis le dernier relevé.",
        "honour.statement-decided": "Ce relevé a déjà été contresigné ou contesté.",
        "honour.statement-behind": "Notre copie du registre de cette commune est en retard. Réessayez dans un instant.",
        "honour.statement-cents": "Indiquez la somme en euros pour un règlement en euros, et seulement pour lui.",
        "honour.wrong-terms": "Ce relevé n’est pas établi selon nos conditions.",
        "honour.wrong-number": "Un autre relevé vient avant celui-ci.",
        "honour.wrong-crossed": "Notre propre relevé du même numéro passe avant.",
        "honour.wrong-log": "Ce relevé ne porte pas sur nos deux registres.",
        "honour.wrong-cut": "Nos registres ne disent pas la même chose à cette ligne.",
        "honour.wrong-net": "Le solde n’est pas celui des deux registres.",
        "honour.wrong-settlement": "Une somme en euros va avec un règlement en euros, et seulement avec lui.",
        "honour.reader": "Cette clé n’ouvre pas ces registres.",
        "honour.reader-unknown": "Cette clé n’existe pas.",
        "honour.reader-day": "Le dernier jour est déjà passé.",
        "honour.readers-full": "Il y a trop de clés. Demandez conseil avant d’en ajouter.",
        "honour.not-countersigned": "Le voisin n’a pas encore contresigné cette ligne. Revenez un peu plus tard.",
        "honour.cheat": "Les registres de cette commune se contredisent : les échanges sont arrêtés.",
    },
    audit={
        "honour.terms-proposed": "Conditions proposées",
        "honour.terms-countersigned": "Conditions contresignées",
        "honour.terms-refused": "Conditions refusées",
        "honour.terms-ended": "Conditions terminées",
        "honour.statement-cut": "Relevé arrêté",
        "honour.statement-countersigned": "Relevé contresigné",
        "honour.statement-disputed": "Relevé contesté",
        "honour.reader-allowed": "Clé de contrôle donnée",
        "honour.reader-revoked": "Clé de contrôle fermée",
    },
)
