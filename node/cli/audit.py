"""`audit` and `net`: communes' books, checked and netted from what they hand out (specs/honour.md §12, §13)."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from federation import media
from federation.remote_actor import read_actor
from federation.transport import NetworkPolicy, Transport
from protocols import strict_json
from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.honour.auditing import Keys, Report, audit, check_inclusion, verify_alone
from protocols.honour.log import writer_of
from protocols.honour.netting import EXACT, Debt, balances, net
from protocols.honour.published import BOOKS, PAGE, Shown
from protocols.honour.terms import PartyKey
from protocols.types import JsonObject

MOST_BYTES: Final = 64_000_000
MOST_ANSWER_BYTES: Final = 8_000_000
MOST_PAGES: Final = 5_000
PATIENCE_S: Final = 30
ANYWHERE: Final = NetworkPolicy(allow_private=True, localhost_names=True)
"""Whoever runs the command chose the addresses."""
FILE_TYPE: Final = "ygor:AuditFile"


@click.command("audit")
@click.argument("a")
@click.argument("b", required=False)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="keep both books here, as files")
@click.option("--proof", is_flag=True, help="A is a resident's proof of one entry; B the mirror's actor, a file or URL")
def audit_books(a: str, b: str | None, keep: Path | None, proof: bool) -> None:
    """Check the books of two communes against each other: A and B are the addresses that they gave, or kept files.

    Exits with 1 if something is wrong, with 2 if the books cannot be read.
    """
    try:
        if proof:
            _tell_proof(Path(a), b)
            return
        if b is None:
            raise click.UsageError("the books of both communes are needed")
        read = [_read(source) for source in (a, b)]
        if keep is not None:
            _keep(keep, read)
        report = audit(*(_shown(document) for document in read), keys=_keys(read))
    except RemoteProtocolError as error:
        click.echo(f"ygor: {error}", err=True)
        sys.exit(2)
    except TimeoutError as error:
        click.echo(f"ygor: no answer: {error}", err=True)
        sys.exit(2)
    _tell(report)


@click.command("net")
@click.argument("books", nargs=-1, required=True)
def net_books(books: tuple[str, ...]) -> None:
    """Net what the members of a grouping owe each other: BOOKS are addresses that they gave, or files kept by audit.

    Every pair is needed once, from either side; where both are given they are audited. Exits with 1 if they are wrong.
    """
    try:
        read = [_read(source) for source in books]
        debts = _debts(read)
        transfers, owed = net(debts), balances(debts)
    except (RemoteProtocolError, LocalProtocolError, TimeoutError) as error:
        click.echo(f"ygor: {error}", err=True)
        sys.exit(2)
    for transfer in transfers:
        click.echo(f"{transfer.amount:>9}  {transfer.payer}\n       to  {transfer.payee}")
    sure = "the fewest" if len(owed) <= EXACT else f"few, perhaps not the fewest (more than {EXACT} parties)"
    click.echo(f"{len(debts)} debts, {len(owed)} parties with a balance: {len(transfers)} transfers, {sure}")


def _debts(read: list[JsonObject]) -> list[Debt]:
    """What each pair owes, once. Raises RemoteProtocolError for books that are wrong or not one for one."""
    keys, seen = _keys(read), dict[frozenset[str], Shown]()
    debts: list[Debt] = []
    for document in read:
        shown = _shown(document)
        sheet = BOOKS.read(shown.books)
        pair = frozenset((sheet.publisher, sheet.other))
        if pair in seen:
            found = [one for one in audit(seen[pair], shown, keys=keys).findings if one.code != "not-acked"]
            if found:
                raise RemoteProtocolError(f"{found[0].text} ({found[0].log})", status=422, code="wrong-books")
            continue
        seen[pair] = shown
        owes = verify_alone(shown, keys=keys)
        if owes:
            payer, payee = (sheet.publisher, sheet.other) if owes > 0 else (sheet.other, sheet.publisher)
            debts.append(Debt(payer, payee, abs(owes)))
    return debts


def _tell(report: Report) -> None:
    wrong = [one for one in report.findings if one.code != "not-acked"]
    for finding in report.findings:
        mark = "FRAUD" if finding.proves_fraud else "note" if finding.code == "not-acked" else "WRONG"
        click.echo(f"{mark}  {finding.text}\n       log {finding.log}")
    said = f"{len(wrong)} wrong" if wrong else "in order"
    click.echo(f"{report.entries} entries, {report.statements} statements: {said}")
    sys.exit(1 if wrong else 0)


def _tell_proof(file: Path, actor: str | None) -> None:
    document = strict_json.loads(file.read_bytes(), max_bytes=MOST_ANSWER_BYTES)
    ack = document.get("ack")
    sender = str(ack.get("from")) if isinstance(ack, dict) else ""
    source = actor or sender
    profile = asyncio.run(_fetched(source)) if _is_address(source) else _kept(source)
    try:
        entry = check_inclusion(document, keys={sender: _keys_of(sender, profile)})
    except RemoteProtocolError as error:
        click.echo(f"WRONG  {error}")
        sys.exit(1)
    click.echo(f"entry {entry.seq} of {entry.day}, {entry.amount} tokens, is under a head countersigned by {sender}")
    click.echo(f"       written by {writer_of(entry.log)}")


def _read(source: str) -> JsonObject:
    """Books with all their pages and the actor who signs them, from an address or a file."""
    if _is_address(source):
        return asyncio.run(_asked(source))
    document = _kept(source)
    if document.get("type") != FILE_TYPE:
        raise RemoteProtocolError(f"{source}: not a file that ygor audit kept", status=422, code="not-books")
    return document


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _kept(source: str) -> JsonObject:
    return strict_json.loads(Path(source).read_bytes(), max_bytes=MOST_BYTES)


async def _asked(source: str) -> JsonObject:
    address, _, key = source.partition("#")
    transport = Transport(ANYWHERE)
    try:
        sheet = await _get(transport, address, key)
        books = BOOKS.read(sheet)
        found: dict[str, Any] = {"type": FILE_TYPE, "books": sheet, "evidence": []}
        for which, head in (("own", books.own), ("mirror", books.mirror)):
            found[which] = await _entries(transport, f"{address}/{which}", key, head.seq, found["evidence"])
    finally:
        await transport.close()
    found["actor"] = await _fetched(books.publisher)
    return found


async def _entries(transport: Transport, address: str, key: str, last: int, evidence: list[Any]) -> list[Any]:
    """All entries up to the signed head; the log may have grown since."""
    entries: list[Any] = []
    for _ in range(MOST_PAGES):
        page = PAGE.read(await _get(transport, f"{address}?from={len(entries) + 1}", key))
        evidence += page.evidence
        entries += page.entries
        if not page.entries or len(entries) >= last:
            break
    return entries[:last]


async def _fetched(actor: str) -> JsonObject:
    transport = Transport(ANYWHERE)
    try:
        return await _get(transport, actor, "")
    finally:
        await transport.close()


async def _get(transport: Transport, address: str, key: str) -> JsonObject:
    headers = {"Accept": f"{media.JSON}, {media.ACTIVITY}"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    async with asyncio.timeout(PATIENCE_S):
        answer = await transport.exchange("GET", address, headers, max_body=MOST_ANSWER_BYTES)
    if not answer.ok:
        raise RemoteProtocolError(f"{address} answers {answer.status}", status=502, code="no-answer")
    return strict_json.loads(answer.body, max_bytes=MOST_ANSWER_BYTES)


def _shown(document: JsonObject) -> Shown:
    parts: dict[str, Any] = {name: document.get(name) for name in ("books", "own", "mirror", "evidence")}
    if not isinstance(parts["books"], dict) or not all(isinstance(parts[name], list) for name in ("own", "mirror")):
        raise RemoteProtocolError("not a file that ygor audit kept", status=422, code="not-books")
    return Shown(parts["books"], tuple(parts["own"]), tuple(parts["mirror"]), tuple(parts["evidence"] or ()))


def _keys(read: list[JsonObject]) -> Keys:
    found: dict[str, list[PartyKey]] = {}
    for document in read:
        books, actor = document.get("books"), document.get("actor")
        publisher = str(books.get("publisher")) if isinstance(books, dict) else ""
        found[publisher] = _keys_of(publisher, actor if isinstance(actor, dict) else {})
    return found


def _keys_of(owner: str, document: JsonObject) -> list[PartyKey]:
    """The keys by which an actor signs or signed, under the id that the books name it by (it may have moved since)."""
    profile = read_actor(document).profile
    keys = [(key.id, key.public_key) for key in profile.proof_keys]
    keys += [(key.id, key.public_key) for key in profile.former_keys]
    return [PartyKey(f"{owner}#{key_id.partition('#')[2]}", public) for key_id, public in keys]


def _keep(folder: Path, read: list[JsonObject]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in zip(("a", "b"), read, strict=True):
        (folder / f"books-{name}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
