"""What nodes say to each other: wire formats, signatures and state tables, as pure functions.

Nothing here reads a clock, draws a random number, opens a file or a socket, or logs: times, identifiers and random
bytes come in as parameters, so every refusal can be reproduced from its inputs. `LocalProtocolError` means that we were
about to say something wrong; `RemoteProtocolError` that a peer did.
"""
