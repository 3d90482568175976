"""A small node of `ygor/1` and `ygor-honour/1` written from specs/ alone, for tests: no code shared with the product.

Everything is kept in memory and nothing is hardened against hostile peers; what it says and checks is what specs/ asks
of a node. The clauses it follows stand beside the code.

===============  ==========================================================
octets.py        canonical form, hashes, base58, Multikeys (signing.md §1, §3)
requests.py      requests signed and verified in both dialects (signing.md §2, §4, §5)
proofs.py        object proofs (signing.md §6)
identity.py      its keys and documents (actors.md)
network.py       fetching, delivering, calling (federation.md)
books.py         logs, sums, Merkle roots (honour.md §7)
issuing.py       its residents' tokens at others' tills (honour.md §6)
honouring.py     others' residents at its till, statements (honour.md §8, §9)
agreeing.py      terms (honour.md §3, honour-objects.md §2)
sharing.py       following and missions (activities.md, missions.md)
node.py          all of it behind one port
===============  ==========================================================
"""
