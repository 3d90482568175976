"""Guards, and the attacks that get through without them.

`registry` names each guard of the wire, the attack it stands against, how to take it out, and the tests that must then
fail. `test_guards` takes out one after the other and runs those tests; `specs/attacks.md` shows the list:

    pytest -p tests.guards.plugin --without-guard replay tests/federation/test_inbox_attacks.py   # by hand
    python -m tests.guards > specs/attacks.md                                                     # after a change
"""
