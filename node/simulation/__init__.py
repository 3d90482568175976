"""`ygor simulate`: communes in memory in bad weather, run by the production handlers (specs/simulation.md).

==============  ==============================================================================
books.py        what a node's database holds, and the protocol's effects performed on it
issuing.py      one message about one of our residents' payments, as `node.honour.issuing` answers it
honouring.py    the till's side: orders, answers, what the worker sends, as `node.honour.worker`
settling.py     statements and their settlement, as `node.honour.settling`
exchange.py     what comes in, to whoever answers it, as `node.honour.exchange`
weather.py      loss, repetition, delay, partitions, clocks that go wrong, crashes: what a seed makes
network.py      time, travelling messages, transactions and crashes
people.py       tills, administrators: who orders what when
rules.py        what must hold after every commit, and in the end
mutants.py      the known traps, planted from outside into the handlers
tracing.py      a run as text
running.py      one seed, many seeds
==============  ==============================================================================

Only what decides is production's: `protocols.honour`. The database, the wire and the ledger's lots are stood in for.
"""
