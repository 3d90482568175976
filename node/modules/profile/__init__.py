"""One's own story: the register of certified actions, skills gathered, interests, and the missions that fit.

Seen by its owner alone: nothing here is public and nobody is compared with anybody. `service` writes, `reading` reads,
`rules` counts and explains what fits, `evidence` signs each action so that the register is worth something elsewhere.
"""

from node.core.module import Module, NavItem

MODULE = Module(
    name="profile",
    title="Profil",
    summary="Le registre de mes actions, mes savoir-faire, mes envies et les missions qui me vont.",
    routes="views:routes",
    api="api:routes",
    models="models",
    subscriptions="subscriptions:SUBSCRIPTIONS",
    home_cards="cards:home_cards",
    gdpr="gdpr",
    navigation=(NavItem("profile.show", "Moi", "user-round", "me", order=40, thumb=True),),
    errors={
        "profile.theme": "Choisissez des thèmes de la liste.",
        "profile.skill": "Choisissez des savoir-faire de la liste.",
        "profile.action-unknown": "Cette action n’est pas dans votre registre.",
    },
)
