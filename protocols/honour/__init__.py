"""Cross-honouring between two communes, protocol ``ygor-honour/1`` (specs/honour.md).

The issuing commune alone decides each payment, by its own clock; the honouring commune never gives up on its own.
Everything here is pure: ``(state, message, facts, now) -> decision``. Time, ids, random fractions and what the database
knows come in as parameters; what must happen in the ledger goes out as a tuple of effects, which the caller performs in
the same transaction in which it stores the new state, the log entry and the reply.

==============  =====================================================================
terms.py        the countersigned document under which tokens travel
consent.py      what the holder showed at the till: a printed card or a signed pass
messages.py     the signed messages, built and parsed
tables.py       both state tables as data, and the diagrams made from them
issuer.py       the commune whose tokens are spent: decides
honouring.py    the commune whose till takes them: asks, for ever
log.py          the hash-chained log of a direction, written by the issuer
mirror.py       the other side's copy of it; gaps and proofs of fraud
merkle.py       proof that one entry stands under a head
following.py    what to ask a log's writer for, and when that ends
settlement.py   a statement as one party keeps it: what each message about it changes
refunding.py    a refund as the honouring commune asks for it
statement.py    cutting, netting, countersigning and settling a period
shapes.py       JSON object <-> frozen value, and the JSON Schemas made from the same tables
==============  =====================================================================
"""

PROTOCOL = "ygor-honour/1"
