"""The token ledger of one commune (`specs/ledger.md`): double entry, integer tokens, lots by expiry day.

Every movement is a transfer with an id made by whoever asks; asking again with the same body gives the first answer.
What an account holds is a set of lots, keyed by class, last valid day and funder; entries are the books, lots are
their running sums, and `verification` compares the two. Other parts import `public` and `events`, nothing else.

`posting` is the path every payment takes and speaks to the database's own cursor; the rest is SQLAlchemy Core.
"""

from node.core.module import Job, Module

MODULE = Module(
    name="ledger",
    title="Registre des jetons",
    summary="Les comptes de jetons de la commune : attribution, dépense, péremption, remboursement.",
    core=True,
    models="models",
    gdpr="gdpr",
    settings="settings:Settings",
    checks="verification:verify",
    jobs=(
        Job("sweep", 3600, "jobs:sweep_expired"),
        Job("holds", 60, "jobs:free_holds"),
        Job("seal", 300, "jobs:seal_transfers"),
    ),
    errors={
        "ledger.conflict": "Cette opération est déjà enregistrée avec un autre contenu.",
        "ledger.short": "Il manque {missing} jetons.",
        "ledger.treasury-short": "La réserve de la commune ne suffit pas : il y manque {missing} jetons.",
        "ledger.amount": "Le nombre de jetons doit être un entier compris entre 1 et {limit}.",
        "ledger.id": "L’identifiant de cette opération n’est pas valable.",
        "ledger.memo": "Le libellé de cette opération n’est pas valable.",
        "ledger.class": "Cette sorte de jetons n’existe pas.",
        "ledger.account-unknown": "Ce compte de jetons n’existe pas.",
        "ledger.account-kind": "Ce compte de jetons ne permet pas cette opération.",
        "ledger.transfer-unknown": "Cette opération n’existe pas.",
        "ledger.not-a-payment": "Cette opération n’est pas un paiement : elle ne se rembourse pas.",
        "ledger.not-an-award": "Cette opération n’est pas une attribution : elle ne s’annule pas.",
        "ledger.already-corrected": "Cette attribution est déjà annulée.",
        "ledger.refund-too-much": "On ne peut plus rembourser que {left} jetons de ce paiement.",
        "ledger.hold-unknown": "Cette réservation de jetons n’existe pas.",
        "ledger.hold-over": "Cette réservation de jetons est terminée.",
        "ledger.hold-until": "La fin de la réservation doit être à venir.",
    },
)
