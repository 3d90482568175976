"""Mail: queued as rows with the transaction that wants it, sent afterwards.

`MailSender` works off what is due: it claims rows under a lease, so that several processes may share the work, and a
crash in the middle sends again at worst (with the same Message-ID). Refusals that will not change (5xx) are given up at
once, everything else is tried again with growing pauses for a day. Without an SMTP host mail is `kept` and never sent.
States: waiting → sent | failed | kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr
from functools import partial

import aiosmtplib
import structlog
from sqlalchemy import delete, func, or_, select, update

from node.core.config import ProcessSettings
from node.core.errors import Invalid
from node.core.ids import new_id
from node.core.models import MailMessage
from node.core.node import Node
from node.core.unit import NodeFacts, Unit

log = structlog.get_logger("node.mail")
TOPIC = "mail"
BATCH = 20
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=1)
PAUSES_S = (60, 300, 900, 3600, 3600 * 3, 3600 * 6)
SWEEP_S = 600
TIMEOUT_S = 30
STOP_S = 5
LONGEST_SUBJECT, LONGEST_BODY = 200, 50_000
KEPT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it stands in the queue."""

    id: str
    recipient: str
    subject: str
    body: str
    created_at: datetime
    state: str
    attempts: int


def queue(unit: Unit, to: str, subject: str, body: str) -> None:
    """Queue a plain-text mail; it leaves once this unit is committed.

    Raises Invalid `core.mail-header` for an address or a subject that would begin another header line.
    """
    for text in (to, subject):
        if any(ord(letter) < 32 or ord(letter) in {127, 0x85, 0x2028, 0x2029} for letter in text):
            raise Invalid("core.mail-header")
    if to.count("@") != 1 or any(letter in to for letter in " ,;<>\"'()[]:\\") or not to.isascii() or len(to) > 254:
        raise Invalid("core.mail-header")
    short = subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"
    row = MailMessage(
        id=new_id(),
        recipient=to,
        subject=short,
        body=body[:LONGEST_BODY],
        created_at=unit.now,
        state="waiting",
        attempts=0,
        next_attempt_at=unit.now,
        error="",
    )
    unit.session.add(row)
    unit.wake(TOPIC)


def recent_mails(unit: Unit, limit: int = 50) -> tuple[Mail, ...]:
    """The latest mails, the newest first: the demo shows them on a page."""
    wanted = select(MailMessage).order_by(MailMessage.created_at.desc(), MailMessage.id.desc()).limit(limit)
    return tuple(_mail(row) for row in unit.session.execute(wanted).scalars())


def forget_old(unit: Unit) -> None:
    """Drop mails a week after they were sent, given up or kept."""
    before = unit.now - timedelta(days=KEPT_DAYS)
    unit.session.execute(delete(MailMessage).where(MailMessage.state != "waiting", MailMessage.created_at < before))


def keep(unit: Unit) -> int:
    """Set aside all that waits: there is no way to send it. Kept mail is never sent, its links would be stale."""
    kept = update(MailMessage).where(MailMessage.state == "waiting").values(state="kept")
    return int(getattr(unit.session.execute(kept), "rowcount", 0))


def claim(unit: Unit, limit: int = BATCH) -> tuple[Mail, ...]:
    """Take what is due under a lease; nobody else gets it before the lease is over."""
    free = or_(MailMessage.leased_until.is_(None), MailMessage.leased_until <= unit.now)
    wanted = select(MailMessage).where(MailMessage.state == "waiting", MailMessage.next_attempt_at <= unit.now, free)
    wanted = wanted.order_by(MailMessage.next_attempt_at, MailMessage.id).limit(limit)
    rows = list(unit.session.execute(wanted).scalars())
    for row in rows:
        row.leased_until = unit.now + LEASE
        row.attempts += 1
    return tuple(_mail(row) for row in rows)


def settle(unit: Unit, mail_id: str, error: str = "", *, final: bool = False) -> None:
    """Write down how an attempt went: sent (no error), to be tried again, or given up. A sent body is emptied: it may
    hold a link that opens somebody's account."""
    row = unit.session.get(MailMessage, mail_id)
    if row is None or row.state != "waiting":
        return
    row.leased_until = None
    row.error = error[:300]
    if not error:
        row.state, row.body = "sent", ""
        return
    pause = timedelta(seconds=PAUSES_S[min(max(row.attempts, 1), len(PAUSES_S)) - 1])
    if final or unit.now + pause > row.created_at + GIVE_UP_AFTER:
        row.state, row.body = "failed", ""
    else:
        row.next_attempt_at = unit.now + pause


def next_due(unit: Unit) -> datetime | None:
    """When the next waiting mail wants attention; None if nothing waits."""
    wanted = select(func.min(func.coalesce(MailMessage.leased_until, MailMessage.next_attempt_at)))
    return unit.session.execute(wanted.where(MailMessage.state == "waiting")).scalar()


def compose(mail: Mail, node: NodeFacts, sender: str) -> EmailMessage:
    """The message as it goes out. Its Message-ID is the row's, so that a mail sent twice counts once."""
    host = node.host.partition(":")[0]
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = formataddr((node.name, sender or f"ygor@{host}"))
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.id.lower()}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, charset="utf-8")
    return message


class MailSender:
    """Sends the mail of all nodes of a process, one batch at a time. `async with MailSender(…)` while serving."""

    def __init__(self, settings: ProcessSettings, nodes: Sequence[Node], *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._settings = settings
        self._nodes = tuple(nodes)
        self._woken: set[Node] = set(nodes)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def __aenter__(self) -> MailSender:
        loop = asyncio.get_running_loop()
        for node in self._nodes:
            node.on_wake(TOPIC, partial(_from_any_thread, loop, self._on_wake, node))
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._task is not None
        for node in self._nodes:
            node.on_wake(TOPIC, _nothing)
        # Asked before cancelled: between two mails the worker stops by itself, and cancelling a connection that is just
        # answering may go unnoticed by the SMTP library.
        self._stopping = True
        self._wake.set()
        if not (await asyncio.wait({self._task}, timeout=STOP_S))[0]:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=STOP_S)

    def _on_wake(self, node: Node) -> None:
        self._woken.add(node)
        self._wake.set()

    async def _run(self) -> None:
        due: dict[Node, datetime] = {}
        while not self._stopping:
            now = min(node.runtime.clock() for node in self._nodes) if self._nodes else None
            ready, self._woken = self._woken | {n for n, at in due.items() if now and at <= now}, set()
            self._wake.clear()
            for node in ready:
                due.pop(node, None)
                try:
                    upcoming = await self.deliver(node)
                except Exception:
                    log.exception("mail is stuck", node=node.code)
                    upcoming = node.runtime.clock() + timedelta(seconds=PAUSES_S[0])
                if upcoming is not None:
                    due[node] = upcoming
            pause = SWEEP_S if now is None or not due else (min(due.values()) - now).total_seconds()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(pause, 1), SWEEP_S)):
                    await self._wake.wait()

    async def deliver(self, node: Node) -> datetime | None:
        """Send all that is due at one node; answers when it wants attention again, None if nothing waits."""
        if not self._settings.smtp_host:
            if await node.read(next_due) is not None:
                await node.write(keep)
            return None
        while batch := (await node.write(claim) if not self._stopping and await self._is_due(node) else ()):
            await self._send(node, batch)
        return await node.read(next_due)

    async def _is_due(self, node: Node) -> bool:
        upcoming = await node.read(next_due)
        return upcoming is not None and upcoming <= node.runtime.clock()

    async def _send(self, node: Node, batch: Sequence[Mail]) -> None:
        results: dict[str, tuple[str, bool]] = {}
        try:
            async with self._connection() as smtp:
                for mail in batch:
                    if self._stopping:
                        break
                    results[mail.id] = await _attempt(smtp, compose(mail, node.facts, self._settings.mail_from))
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("mail server", node=node.code, error=_words(error))
            for mail in batch:
                results.setdefault(mail.id, (_words(error), False))
        for mail_id, (words, final) in results.items():
            await node.write(settle, mail_id, words, final=final)

    def _connection(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            timeout=self._timeout_s,
        )


async def _attempt(smtp: aiosmtplib.SMTP, message: EmailMessage) -> tuple[str, bool]:
    """(error, final): empty if the server took it. Raises when the connection itself is at fault."""
    try:
        await smtp.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        code = max(refused.code for refused in error.recipients)
        return _words(error), code >= 500
    except aiosmtplib.SMTPDataError as error:
        return _words(error), error.code >= 500
    except aiosmtplib.SMTPSenderRefused as error:
        return _words(error), False
    return "", False


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _from_any_thread(loop: asyncio.AbstractEventLoop, call: Callable[[Node], None], node: Node) -> None:
    loop.call_soon_threadsafe(call, node)


def _nothing() -> None:
    return None


def _mail(row: MailMessage) -> Mail:
    return Mail(row.id, row.recipient, row.subject, row.body, row.created_at, row.state, row.attempts)
