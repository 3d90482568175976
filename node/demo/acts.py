"""The acts of the play, one function each, and what must be true at the end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from node.demo import world
from node.demo.visitor import Page, PlayError, Visitor

HOME, NEIGHBOUR = "castanet-tolosan", "ramonville-saint-agne"
EARNED, BOOK_PRICE, POOL_PRICE = 20, 5, 6
PATIENCE = 150
LOOK_EVERY_S = 0.2
MISSION = "Ranger la salle après la fête"


@dataclass
class Stage:
    """Where the play is given: port, where lines are printed, what may happen before the books are compared."""

    port: int
    echo: Callable[[str], None]
    meddle: Callable[[], Awaitable[None]]
    wrong: list[str] = field(default_factory=list)

    def url(self, label: str) -> str:
        return f"http://{label}.localhost:{self.port}"

    def visitor(self, name: str, label: str) -> Visitor:
        return Visitor(name, self.url(label))

    def step(self, text: str) -> None:
        self.echo(f"• {text}")

    def check(self, what: str, found: object, expected: object) -> None:
        """Print a sum and remember it if it is wrong."""
        right = found == expected
        self.echo(f"  {'=' if right else '≠'} {what}: {found}" + ("" if right else f" (expected {expected})"))
        if not right:
            self.wrong.append(what)


async def play(stage: Stage) -> bool:
    """All acts. True only if every sum is right."""
    async with (
        stage.visitor("Leïla", HOME) as leila,
        stage.visitor("Inès", HOME) as ines,
        stage.visitor("Théo", HOME) as theo,
        stage.visitor("Claire", HOME) as claire,
        stage.visitor("Paul", NEIGHBOUR) as paul,
        stage.visitor("Anne", NEIGHBOUR) as anne,
    ):
        for person, key in ((leila, "leila"), (ines, "ines"), (theo, "theo"), (claire, "claire")):
            await sign_in(person, key, HOME)
        for person, key in ((paul, "paul"), (anne, "anne")):
            await sign_in(person, key, NEIGHBOUR)
        stage.step("six people signed in with their passwords, four at Castanet-Tolosan, two at Ramonville")
        token = await api_token(leila)
        before = await figures(leila, paul)
        mission = await post_mission(stage, ines)
        await see_at_neighbour(stage, paul)
        await sign_up(stage, leila, mission)
        payload = await card_payload(leila)
        await certify(stage, ines, mission, payload)
        await check_wallet(stage, leila, token, EARNED)
        await check_register(stage, leila)
        await pay_at_home(stage, theo, payload)
        await check_wallet(stage, leila, token, EARNED - BOOK_PRICE)
        await pay_at_neighbour(stage, paul, payload)
        await stage.meddle()
        await check_wallet(stage, leila, token, EARNED - BOOK_PRICE - POOL_PRICE)
        await check_supplies(stage, before, await figures(leila, paul))
        await settle(stage, claire, anne, before)
    stage.echo("Every sum is right." if not stage.wrong else f"WRONG: {', '.join(stage.wrong)}")
    return not stage.wrong


async def sign_in(person: Visitor, key: str, label: str) -> None:
    """With e-mail and password, as anybody does."""
    page = await person.get("/connexion/mot-de-passe")
    await person.send(page, "/connexion/mot-de-passe", email=f"{key}@{label}.demo", password=world.DEMO_PASSWORD)
    if (await person.get("/carte")).url != person.base_url + "/carte":
        raise PlayError(f"{person.name} could not sign in")


async def api_token(person: Visitor) -> str:
    """A personal token for the JSON API, made on the person's own page."""
    page = await person.get("/moi/compte")
    made = await person.send(page, "/moi/compte/jetons", name="Pièce", scopes=["wallet:read"])
    found = re.search(r"ygor_[A-Za-z0-9_-]{20,}", made.html)
    if found is None:
        raise PlayError("the new personal token is not shown")
    return found[0]


async def post_mission(stage: Stage, ines: Visitor) -> str:
    """The association writes and publishes a mission that begins now; returns its path."""
    desk = await ines.get("/associations/familles-solidaires/espace")
    new = re.search(r"/missions/nouvelle\?association=[0-9A-Z]{26}", desk.html)
    if new is None:
        raise PlayError("the association's desk leads to no form for a new mission")
    now = datetime.now(ZoneInfo("Europe/Paris"))
    start = now.replace(minute=0, second=0, microsecond=0)
    end = start + timedelta(hours=3)
    values = {
        "title": MISSION, "summary": "Une heure à plusieurs mains.", "description": "Chaises, balais, bonne humeur.",
        "theme": "festivities", "place_name": "Salle des fêtes", "tokens": EARNED,
        "day_1": start.date().isoformat(), "from_1": f"{start:%H:%M}", "to_1": f"{end:%H:%M}", "places_1": 10,
    }  # fmt: skip
    done = await ines.send(await ines.get(new[0]), new[0], **values, action="publish")
    found = re.search(r"/missions/[0-9A-Z]{26}", done.url)
    if found is None:
        raise PlayError(f"the mission was not created: {done.text[:300]}")
    stage.step(f"Inès posted « {MISSION} » for {EARNED} tokens: {found[0]}")
    return found[0]


async def see_at_neighbour(stage: Stage, paul: Visitor) -> None:
    """The mission has travelled to the neighbour, with its origin."""

    async def there() -> bool:
        page = await paul.get("/agir")
        return MISSION in page.text and "Castanet-Tolosan" in page.text

    await until(there, "the mission at the neighbour")
    stage.step("Ramonville shows it too, as a mission of Castanet-Tolosan")


async def sign_up(stage: Stage, leila: Visitor, mission: str) -> None:
    page = await leila.get("/")
    if MISSION not in page.text:
        raise PlayError("the mission is not on the entrance page")
    await leila.send(await leila.get(mission), "/venir")
    stage.step("Leïla found it on the entrance page and signed up")


async def card_payload(leila: Visitor) -> str:
    """What her card's QR code says, put together as a reader would: host and code."""
    page = await leila.get("/carte")
    code = re.search(r'class="code">([0-9A-Z]{4}) ([0-9A-Z]{4})<', page.html)
    if code is None:
        raise PlayError("no code on the card")
    return f"YGOR:{leila.base_url.removeprefix('http://')}:{code[1]}{code[2]}"


async def certify(stage: Stage, ines: Visitor, mission: str, payload: str) -> None:
    page = await ines.get(f"{mission}/presence")
    await ines.send(page, "/presence/carte", code=payload)
    stage.step("Inès scanned Leïla's card on the day: attendance certified")


async def check_register(stage: Stage, leila: Visitor) -> None:
    page = await leila.get("/moi/registre")
    stage.check("the action stands in Leïla's register", MISSION in page.text, True)


async def pay_at_home(stage: Stage, theo: Visitor, payload: str) -> None:
    page = await theo.get("/caisse/mediatheque")
    offer = re.search(r'<option value="([0-9A-Z]{26})"[^>]*>Atelier reliure', page.html)
    if offer is None:
        raise PlayError("the offer is not at the till")
    paid = await theo.send(page, "/caisse/mediatheque", card=payload, offer_id=offer[1], step="charge")
    stage.step(f"the médiathèque charged {BOOK_PRICE} tokens")
    stage.check("the till says it is paid", "C’est payé" in paid.html.replace("&#8217;", "’"), True)


async def pay_at_neighbour(stage: Stage, paul: Visitor, payload: str) -> None:
    """B's till asks A, A decides, both books agree."""
    page = await paul.get("/caisse/piscine")
    offer = re.search(r'<option value="([0-9A-Z]{26})"[^>]*>Entrée adulte', page.html)
    if offer is None:
        raise PlayError("the offer is not at the pool's till")
    asked = await paul.send(page, "/caisse/piscine", card=payload, offer_id=offer[1], step="charge")

    async def answered() -> bool:
        shown: Page = await paul.get(asked.url)
        if "Paiement refusé" in shown.text:
            raise PlayError(f"the neighbour refused: {shown.text[:300]}")
        return "payé" in shown.text and "En attente" not in shown.text

    await until(answered, "the answer of Castanet-Tolosan")
    stage.step(f"the pool of Ramonville charged {POOL_PRICE} tokens to a card of Castanet-Tolosan")


async def check_wallet(stage: Stage, leila: Visitor, token: str, expected: int) -> None:
    """Balance, lots and movements say the same."""
    wallet = await leila.json("/api/v1/wallet", token=token)
    stage.check("Leïla's balance", wallet["available"], expected)
    stage.check("  her lots together", sum(lot["amount"] for lot in wallet["lots"]), expected)
    stage.check("  her movements together", sum(each["amount"] for each in wallet["movements"]), expected)


async def figures(leila: Visitor, paul: Visitor) -> dict[str, Any]:
    return {"home": await leila.json("/api/v1/supply"), "neighbour": await paul.json("/api/v1/supply")}


async def check_supplies(stage: Stage, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Tokens neither appear nor vanish: at home they moved, at the neighbour's nothing of its own did."""
    for name in ("home", "neighbour"):
        now = after[name]
        whole = now["treasury"] + now["circulating"] + now["lapsed"] + now["owed"]
        stage.check(f"{name}: reserve + wallets + owed = minted − destroyed", whole, now["minted"] - now["destroyed"])
    home, was = after["home"], before["home"]
    stage.check("home: reserve", home["treasury"] - was["treasury"], BOOK_PRICE - EARNED)
    stage.check("home: in wallets", home["circulating"] - was["circulating"], EARNED - BOOK_PRICE - POOL_PRICE)
    stage.check("home: owed to neighbours", home["owed"] - was["owed"], POOL_PRICE)
    stage.check("neighbour: own tokens untouched", after["neighbour"], before["neighbour"])


async def settle(stage: Stage, claire: Visitor, anne: Visitor, before: dict[str, Any]) -> None:
    """The statement of the period: cut by one side, countersigned by the other, the same sums on both."""
    page = await anne.get("/admin/releves")
    cut = await anne.send(page, "/admin/releves", host=claire.base_url.removeprefix("http://"), settlement="tokens")
    stage.step("Anne of Ramonville cut the statement, to be settled in tokens handed back")
    path = ""

    async def arrived() -> bool:
        nonlocal path
        for found in re.findall(r"/admin/releves/[0-9A-Za-z_-]{16,64}", (await claire.get("/admin/releves")).html):
            asked = await claire.get(found)
            if any(form.action.endswith("/contresigner") for form in asked.forms):
                path = found
        return bool(path)

    await until(arrived, "the statement at Castanet-Tolosan")
    await claire.send(await claire.get(path), "/contresigner")
    stage.step("Claire of Castanet-Tolosan countersigned it")

    async def booked() -> bool:
        pages = (await claire.get(path), await anne.get(cut.url))
        return all(page.text.count("registre oui") + page.text.count("leur oui") >= 2 for page in pages)

    await until(booked, "the settlement in both logs")
    at_home, at_neighbour = numbers(await claire.get(path)), numbers(await anne.get(cut.url))
    stage.check("statement at home: owed by us, owed to us, net", at_home, [POOL_PRICE, 0, POOL_PRICE])
    stage.check("statement at the neighbour's: the mirror of it", at_neighbour, [0, POOL_PRICE, -POOL_PRICE])
    after, was = await claire.json("/api/v1/supply"), before["home"]
    stage.check("home: owed to neighbours after the settlement", after["owed"] - was["owed"], 0)
    stage.check("home: reserve after it", after["treasury"] - was["treasury"], BOOK_PRICE + POOL_PRICE - EARNED)


def numbers(statement: Page) -> list[int]:
    """The sums of a statement in the commune's own tokens: owed by us, owed to us, net."""
    rows = re.findall(r"<tr>(.*?)</tr>", statement.html, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    own = [re.sub(r"<[^>]+>|\s", "", row[2]) for row in cells if len(row) == 4]
    return [int(text.replace("−", "-").replace("–", "0")) for text in own[:3]]


async def until(done: Callable[[], Awaitable[bool]], what: str) -> None:
    """Look again and again, half a minute long. Raises PlayError."""
    for _ in range(PATIENCE):
        if await done():
            return
        await asyncio.sleep(LOOK_EVERY_S)
    raise PlayError(f"waited in vain for {what}")
