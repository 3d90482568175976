"""`ygor net` over the books of a whole grouping after a storm: the transfers settle what the logs say is owed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from node.cli import ygor
from node.simulation.settling import method_of
from protocols import ed25519, multikey
from protocols.honour import published
from protocols.honour.log import ENTRY, Entry, Head, append, head_after, log_id
from protocols.honour.merkle import frontier
from protocols.honour.terms import to_json
from tests.protocols.honour.pair import NOW, TERMS, TODAY

SEED = b"n" * 32
ACTORS = [f"https://{letter}.example/actor" for letter in "abcd"]


def owing(debtor: str, creditor: str, amount: int) -> tuple[Entry, ...]:
    """A log in which one payment of that sum stands."""
    head = Head(log_id(issuer=debtor, honouring=creditor))
    if amount == 0:
        return ()
    return (
        append(
            head, payment="payment-000000001", kind="charge", amount=amount, price=amount, day=TODAY,
            reference="5" * 64,
        ),
    )  # fmt: skip


def actor(actor_id: str) -> dict[str, Any]:
    """As much of an actor document as says by which key it proves."""
    method = method_of(actor_id)
    key = {
        "id": method, "type": "Multikey", "controller": actor_id,
        "publicKeyMultibase": multikey.encode(ed25519.public_key(SEED)),
    }  # fmt: skip
    return {
        "id": actor_id, "type": "Organization", "inbox": f"{actor_id}/inbox", "outbox": f"{actor_id}/outbox",
        "preferredUsername": "commune", "assertionMethod": [key],
    }  # fmt: skip


def file_of(folder: Path, us: str, them: str, ours: int, theirs: int) -> str:
    own, mirror = owing(us, them, ours), owing(them, us, theirs)

    def end(entries: tuple[Entry, ...], issuer: str, other: str) -> Head:
        return head_after(entries[-1]) if entries else Head(log_id(issuer=issuer, honouring=other))

    parties = {"a": replace(TERMS.a, actor=us), "b": replace(TERMS.b, actor=them)}
    books = published.Books(
        publisher=us, other=them, created=NOW, own=end(own, us, them), mirror=end(mirror, them, us),
        own_root=frontier(one.hash for one in own).root, mirror_root=frontier(one.hash for one in mirror).root,
        terms=(to_json(replace(TERMS, **parties)),), statements=(),
    )  # fmt: skip
    document = {
        "type": "ygor:AuditFile", "books": published.sign(books, seed=SEED, verification_method=method_of(us)),
        "own": [ENTRY.write(one) for one in own], "mirror": [ENTRY.write(one) for one in mirror], "evidence": [],
        "actor": actor(us),
    }  # fmt: skip
    path = folder / f"{us[8]}-{them[8]}.json"
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


def test_four_communes_settle_in_two_transfers(tmp_path: Path) -> None:
    a, b, c, d = ACTORS
    files = [
        file_of(tmp_path, a, b, 70, 20),  # a owes b 50
        file_of(tmp_path, b, c, 30, 0),  # b owes c 30
        file_of(tmp_path, d, c, 0, 0),
        file_of(tmp_path, c, a, 30, 0),  # c owes a 30
        file_of(tmp_path, d, b, 5, 0),  # d owes b 5
    ]
    said = CliRunner().invoke(ygor, ["net", *files])
    assert said.exit_code == 0, said.output
    found = re.findall(r"(\d+)  https://(.)\.example/actor\n +to  https://(.)", said.output)
    assert sorted(found) == [("20", "a", "b"), ("5", "d", "b")]
    assert "4 debts, 3 parties with a balance: 2 transfers, the fewest" in said.output


def test_changed_books_are_not_netted(tmp_path: Path) -> None:
    file = file_of(tmp_path, ACTORS[0], ACTORS[1], 70, 20)
    document = json.loads(Path(file).read_text("utf-8"))
    document["own"][0]["amount"] = 7
    Path(file).write_text(json.dumps(document), "utf-8")
    said = CliRunner().invoke(ygor, ["net", file])
    assert said.exit_code == 2
    assert "entry 1 was changed" in said.output
