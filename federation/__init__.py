"""How messages travel between nodes: fetched, signed, delivered, received and verified over HTTP.

Nothing here knows what a message is about, and nothing here knows a database: what must be kept is kept through the
small ports of `federation.ports`, which the node implements and `federation.memory` imitates for tests.

Going out: `client` (one guarded way to the network), `discovery` (who lives at an address), `delivery` (the durable
outbox worked off), `signed_call` (one question, one answer). Coming in: `routes` → `inbox` → `keys`, which end in a
`Received` that the node stores before the sender hears 202.

Everything that a peer does wrong is a `protocols.errors.RemoteProtocolError`; `federation.errors` names the cases
that a caller treats differently.
"""
