"""One's own wallet for machines: `/api/v1/wallet` with the scope `wallet:read`."""

from __future__ import annotations

from aiohttp import web as aio

from node.accounts.bearer import api_viewer
from node.core.requests import node_of
from node.ledger import public as ledger
from node.modules.wallet import service
from node.modules.wallet.forms import LotOut, MovementOut, SupplyOut, WalletOut
from web.i18n import N_
from web.json import json_response
from web.marks import csrf_exempt
from web.operations import operation


@operation(N_("Mes jetons : solde, échéances, mouvements"), response=WalletOut, scope="wallet:read")
@csrf_exempt
async def show(request: aio.Request) -> aio.Response:
    """Balance, lots by last valid day, latest movements."""
    viewer = await api_viewer(request, "wallet:read")
    assert viewer.account_id is not None
    wallet = await node_of(request).write(service.show, viewer.account_id)
    answer = WalletOut(
        total=wallet.total,
        available=wallet.available,
        held=wallet.held,
        lots=[LotOut(expiry_day=lot.day, amount=lot.amount) for lot in wallet.lots],
        movements=[
            MovementOut(id=line.id, title=line.title or line.words, amount=line.amount, at=line.at)
            for line in wallet.lines
        ],
    )
    return json_response(answer)


@operation(N_("Où sont les jetons de la commune"), response=SupplyOut)
async def supply(request: aio.Request) -> aio.Response:
    """Where all tokens of the commune are: public, because the books of a public money are."""
    figures = await node_of(request).read(ledger.supply)
    return json_response(SupplyOut.model_validate(figures, from_attributes=True))


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/api/v1/wallet", show, name="wallet.api"),
        aio.get("/api/v1/supply", supply, name="wallet.api-supply"),
    ]
