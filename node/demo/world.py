"""Who lives in the demonstration. Names of places are real, people and associations are made up."""

from __future__ import annotations

from dataclasses import dataclass

DEMO_SIREN = "243100633"
DEMO_PASSWORD = "demonstration-ygor"  # noqa: S105 - printed for everybody, loopback only
SUPPLY = 20_000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demonstration. `roles` are granted; `phone` False: entered at the desk, no e-mail."""

    key: str
    given: str
    family: str
    label: str
    roles: tuple[str, ...] = ()
    phone: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """An association or partner with its manager (a person's key)."""

    name: str
    kind: str
    manager: str
    summary: str
    address: str


@dataclass(frozen=True, slots=True)
class Job:
    """A mission. `days`: from today; `hours`: first and last hour on the commune's clock."""

    title: str
    association: str
    summary: str
    description: str
    theme: str
    skills: tuple[str, ...]
    place: str
    tokens: int
    days: int
    hours: tuple[int, int]
    places: int


@dataclass(frozen=True, slots=True)
class Deal:
    """An offer of a partner."""

    partner: str
    title: str
    summary: str
    conditions: str
    kind: str
    price: int


@dataclass(frozen=True, slots=True)
class Deed:
    """A mission of some days ago that `person` carried out, or (tokens negative) something they bought with `title`."""

    person: str
    days_ago: int
    title: str
    group: str
    summary: str = ""
    theme: str = "other"
    skills: tuple[str, ...] = ()
    place: str = ""
    tokens: int = 0
    hours: int = 3


@dataclass(frozen=True, slots=True)
class Town:
    """One filled node, by its label (the first part of its host name)."""

    label: str
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    jobs: tuple[Job, ...]
    deals: tuple[Deal, ...]
    deeds: tuple[Deed, ...] = ()


CASTANET = Town(
    "castanet-tolosan",
    (
        Person("leila", "Leïla", "Benali", "habitante"),
        Person("amina", "Amina", "Rousseau", "habitante engagée depuis le printemps"),
        Person("karim", "Karim", "Rousseau", "habitant, du même foyer qu’Amina"),
        Person("marcel", "Marcel", "Dupuy", "habitant sans téléphone", phone=False),
        Person("ines", "Inès", "Caron", "responsable d’association"),
        Person("theo", "Théo", "Laurens", "guichet de la médiathèque"),
        Person("yann", "Yann", "Le Goff", "épicier solidaire"),
        Person("nadia", "Nadia", "Kessler", "agente de la mairie", ("agent",)),
        Person("hugo", "Hugo", "Marty", "élu", ("elected_member",)),
        Person("claire", "Claire", "Fabre", "administratrice", ("administrator",)),
    ),
    (
        Group("Arbres et Paysages", "association", "ines", "Planter et soigner les haies du pays.", "Castanet-Tolosan"),
        Group("Familles solidaires", "association", "ines", "Coups de main entre générations.", "Castanet-Tolosan"),
        Group("Médiathèque", "partner", "theo", "Livres, films et ateliers.", "12 avenue de Toulouse"),
        Group("L’Épicerie du lien", "partner", "yann", "Une épicerie solidaire.", "Place de la République"),
    ),
    (
        Job(
            "Planter la haie du chemin des écoliers", "Arbres et Paysages",
            "Trois cents arbustes du pays à mettre en terre, pour l’ombre des enfants.",
            "On vous montre, on fournit les gants et le café. Venez avec de **bonnes chaussures**.",
            "ecology", ("gardening",), "Chemin des Écoliers", 6, 0, (9, 12), 20,
        ),
        Job(
            "Aide aux devoirs au centre social", "Familles solidaires",
            "Une heure et demie avec deux enfants de primaire.",
            "Pas besoin d’être professeur : il faut de la patience et un goûter.",
            "education", ("tutoring",), "Centre social", 4, 2, (17, 19), 3,
        ),
        Job(
            "Installer les stands du marché de Noël", "Familles solidaires",
            "Monter les chalets et accrocher les guirlandes.",
            "Deux équipes, une le matin, une l’après-midi.",
            "festivities", (), "Place de la République", 5, 14, (7, 11), 12,
        ),
    ),
    (
        Deal("Médiathèque", "Atelier reliure", "Deux heures pour réparer un livre.", "Dès 12 ans.", "reduced", 5),
        Deal("Médiathèque", "Carte d’un an", "Tous les prêts, pendant un an.", "", "premium", 40),
    ),
    (
        Deed(
            "amina", 178, "Arroser les jeunes arbres", "Arbres et Paysages", "Un arrosoir, et ils passent l’été.",
            "ecology", ("gardening",), "Parc de la Mairie", 8, 1,
        ),
        Deed(
            "amina", 63, "Lire une histoire à la crèche", "Familles solidaires", "Vingt minutes, dix paires d’yeux.",
            "education", ("tutoring",), "Crèche des Tilleuls", 3, 1,
        ),
        Deed("amina", 40, "Atelier reliure", "Médiathèque"),
        Deed(
            "marcel", 36, "Tenir la buvette de la kermesse", "Familles solidaires", "Sirops, gâteaux, bonne humeur.",
            "festivities", (), "École des Fontanelles", 20, 4,
        ),
        Deed("marcel", 33, "Atelier reliure", "Médiathèque"),
        Deed(
            "amina", 12, "Désherber le jardin partagé", "Arbres et Paysages", "Outils fournis, soupe offerte.",
            "ecology", ("gardening",), "Jardin des Fontanelles", 6, 3,
        ),
        Deed(
            "amina", 5, "Encadrer le chantier d’automne", "Arbres et Paysages", "Une journée avec douze jeunes.",
            "ecology", ("gardening",), "Parc de la Mairie", 60, 6,
        ),
        Deed(
            "amina", 3, "Porter les courses de ses voisins", "Familles solidaires", "Une tournée dans le quartier.",
            "solidarity", (), "Centre social", 5, 2,
        ),
    ),
)  # fmt: skip

RAMONVILLE = Town(
    "ramonville-saint-agne",
    (
        Person("samir", "Samir", "Haddad", "habitant"),
        Person("julie", "Julie", "Roques", "responsable d’association"),
        Person("paul", "Paul", "Vidal", "caissier de la piscine"),
        Person("anne", "Anne", "Segui", "administratrice", ("administrator",)),
        Person("luc", "Luc", "Pons", "agent de la mairie", ("agent",)),
    ),
    (
        Group("Ramonville en fête", "association", "julie", "La vie du port Sud.", "Port Sud"),
        Group("Piscine", "partner", "paul", "Deux bassins, un toboggan.", "Avenue du Lauragais"),
        Group("Théâtre du Port", "partner", "paul", "Scène et ateliers.", "Port Sud"),
    ),
    (
        Job(
            "Nettoyer les berges du canal", "Ramonville en fête",
            "Gants et pinces fournis, goûter à l’arrivée.",
            "Rendez-vous à l’écluse. On marche trois kilomètres, les enfants sont les bienvenus.",
            "ecology", (), "Écluse de Castanet", 5, 5, (14, 17), 25,
        ),
        Job(
            "Conduire des aînés au théâtre", "Ramonville en fête",
            "Deux places dans votre voiture, une place offerte pour vous.",
            "Le départ est à la résidence ; retour vers vingt-deux heures.",
            "solidarity", (), "Résidence du Port", 8, 9, (19, 22), 4,
        ),
    ),
    (
        Deal("Piscine", "Entrée adulte", "Une entrée, toute la journée.", "Bonnet obligatoire.", "reduced", 6),
        Deal("Piscine", "Entrée enfant", "Moins de 12 ans.", "", "reduced", 3),
        Deal("Théâtre du Port", "Place au théâtre", "Toutes les places du jeudi.", "Sur réservation.", "reduced", 10),
    ),
)  # fmt: skip

AUZEVILLE = Town(
    "auzeville-tolosane",
    (
        Person("rose", "Rose", "Delmas", "habitante"),
        Person("eric", "Éric", "Bonnet", "responsable d’association"),
        Person("sophie", "Sophie", "Lacaze", "administratrice", ("administrator",)),
    ),
    (Group("Les Jardins d’Auzeville", "association", "eric", "Jardins partagés.", "Auzeville-Tolosane"),),
    (
        Job(
            "Préparer les semis du printemps", "Les Jardins d’Auzeville",
            "Terre, pots et graines : on prépare tout pour mars.", "Sous la serre, au chaud.",
            "ecology", ("gardening",), "Serre municipale", 4, 7, (10, 12), 8,
        ),
    ),
    (),
)  # fmt: skip

SICOVAL = Town(
    "sicoval",
    (
        Person("maya", "Maya", "Torres", "administratrice du groupement", ("administrator",)),
        Person("jean", "Jean", "Prat", "responsable d’association"),
        Person("lucie", "Lucie", "Amiel", "caissière de la piscine intercommunale"),
    ),
    (
        Group("Réseau compost du Sicoval", "association", "jean", "Composteurs de quartier.", "Labège"),
        Group("Piscine intercommunale", "partner", "lucie", "Un grand bassin, un petit, du soleil.", "Ramonville"),
    ),
    (
        Job(
            "Devenir guide composteur", "Réseau compost du Sicoval",
            "Une matinée pour apprendre, puis une heure par mois.", "Formation offerte par le groupement.",
            "ecology", (), "Labège", 7, 12, (9, 12), 15,
        ),
    ),
    (
        Deal("Piscine intercommunale", "Entrée adulte", "Une entrée, un jour.", "Bonnet obligatoire.", "reduced", 6),
        Deal("Piscine intercommunale", "Entrée famille", "Deux adultes, trois enfants.", "", "reduced", 14),
    ),
)  # fmt: skip

HOUSEHOLD = ("castanet-tolosan", "amina", "karim", "Chez les Rousseau", "Lina", 9, 4)
"""Town, two adults who share a purse and answer for a child, the household's name, the child with its age, and what
is in the purse."""
TOWNS = (CASTANET, RAMONVILLE, AUZEVILLE, SICOVAL)
POSITIONS = {
    "castanet-tolosan": (43.515, 1.498),
    "ramonville-saint-agne": (43.546, 1.475),
    "auzeville-tolosane": (43.528, 1.482),
    "sicoval": (43.537, 1.517),
}
"""Where each filled node's commune is: degrees north and east."""
VISITS = (("castanet-tolosan", "leila", "ramonville-saint-agne"),)
"""Who of which commune has signed up at which neighbour's."""
BONDS = (
    ("castanet-tolosan", "ramonville-saint-agne"),
    ("castanet-tolosan", "auzeville-tolosane"),
    ("sicoval", "castanet-tolosan"),
    ("sicoval", "ramonville-saint-agne"),
)
"""Who follows whom, both ways."""
GROUPING = "sicoval"
MEMBERS = ("castanet-tolosan", "ramonville-saint-agne")
"""Who joins the grouping, and so honours the tokens of all members. Auzeville stays outside: its administrator can ask,
the grouping's can admit it."""


def town(label: str) -> Town | None:
    """The filled town of that label."""
    return next((each for each in TOWNS if each.label == label), None)


def email(person: Person, label: str) -> str:
    """The made-up address of a person; `.demo` is nobody’s domain, and no mail server is set."""
    return f"{person.key}@{label}.demo"
