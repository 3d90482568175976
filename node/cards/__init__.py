"""The resident's card: one per person, on screen or printed; lost, it is dead at once and another is issued."""

from node.core.module import Module

MODULE = Module(
    name="cards",
    title="Cartes",
    core=True,
    models="models",
    gdpr="gdpr",
    errors={
        "cards.unknown": "Aucune carte ne porte ce code. Vérifiez les huit caractères.",
        "cards.lost": "Cette carte a été déclarée perdue.",
        "cards.blocked": "Cette carte est bloquée.",
        "cards.malformed": "Un code de carte a huit caractères, comme 7Q4K 92MD.",
    },
)
