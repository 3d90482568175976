"""All key sets a node ever had, and which of them signs, is listed or is only kept for old evidence, at an instant.

A rotation makes a new set that is listed at once and signs from `signs_from` on, when peers have had time to hear of
it; the old set stays listed for a grace time, then its private half is destroyed. Its proof key stays published, so
that what it signed can be verified for ever. When keys leaked, the new set signs at once and the old ones are revoked.

Everything is a function of `keyring.json` and the time: several processes agree without a word (they look at the file
again when it changed), a process killed at any point leaves the old file or the new one. The ids of keys end in a
digest of the key, so that no id can ever mean two keys, even after an old backup came back.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from node.core.keys import (
    FIRST_FILES,
    SEED_BYTES,
    NodeKeys,
    load_first_keys,
    load_secret,
    new_rsa,
    pem_of,
    read_rsa,
)

FILE = "keyring.json"
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
MOST_LISTED = 4
"""Peers read at most ten keys of an actor; who rotates faster than grace ends has to wait."""
MOST_KEPT = 100
LOOK_AGAIN_S = 0.5


class KeysChanging(Exception):
    """Another rotation is under way, or there were too many within the grace time."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """One set. `ends_at`: listed until then; `revoked_at`: never to be trusted again; `private` None: destroyed."""

    suffix: str
    proof_public: bytes
    made_at: datetime
    signs_from: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    private: NodeKeys | None = field(default=None, repr=False)

    def is_listed(self, now: datetime) -> bool:
        """Whether the actor document lists these keys."""
        current = self.ends_at is None or now < self.ends_at
        return self.private is not None and self.revoked_at is None and current


@dataclass(frozen=True, slots=True)
class Keyring:
    """All sets, the oldest first."""

    sets: tuple[KeySet, ...]
    secret: bytes = field(repr=False)

    @property
    def newest(self) -> KeySet:
        return self.sets[-1]

    def signing(self, now: datetime) -> NodeKeys:
        """The keys that sign now."""
        able = [one for one in self.sets if one.private is not None and one.revoked_at is None]
        due = [one for one in able if one.signs_from <= now] or able[:1]
        found = due[-1].private if due else None
        assert found is not None, "a keyring always has a set that signs"
        return found

    def listed(self, now: datetime) -> tuple[NodeKeys, ...]:
        """The keys that the actor document lists: first those that sign (some peers read only the first)."""
        signing = self.signing(now)
        others = [one.private for one in reversed(self.sets) if one.is_listed(now) and one.private is not None]
        return (signing, *(keys for keys in others if keys.suffix != signing.suffix))

    def former(self, now: datetime) -> tuple[KeySet, ...]:
        """The sets that are listed no longer."""
        return tuple(one for one in self.sets if not one.is_listed(now))[-MOST_KEPT:]

    def proof_key(self, suffix: str) -> KeySet | None:
        """The set whose ids end so."""
        return next((one for one in self.sets if one.suffix == suffix), None)


def with_new_set(ring: Keyring, fresh: KeySet, now: datetime, *, lead: timedelta, grace: timedelta) -> Keyring:
    """`fresh` signs after `lead`, what signs now stays listed for `grace` more. Raises KeysChanging."""
    if ring.newest.signs_from > now or sum(one.is_listed(now) for one in ring.sets) >= MOST_LISTED:
        raise KeysChanging
    starts = now + lead
    old = [replace(one, ends_at=starts + grace) if one.ends_at is None else one for one in ring.sets]
    return replace(ring, sets=(*old, replace(fresh, made_at=now, signs_from=starts)))


def with_leaked(ring: Keyring, fresh: KeySet, now: datetime) -> Keyring:
    """`fresh` signs from now on; every set whose private half lay on the same disk is revoked, and that half destroyed.
    Sets whose private half was destroyed before cannot have leaked."""
    gone = [replace(one, revoked_at=now, private=None) if one.private else one for one in ring.sets]
    return replace(ring, sets=(*gone, replace(fresh, made_at=now, signs_from=ALWAYS)))


def without_ended(ring: Keyring, now: datetime) -> Keyring:
    """The private half of what is listed no longer is destroyed."""
    kept = [one if one.is_listed(now) or one.private is None else replace(one, private=None) for one in ring.sets]
    return replace(ring, sets=tuple(kept))


def fresh_set(secret: bytes) -> KeySet:
    """New keys that belong to no keyring yet."""
    keys = NodeKeys(new_rsa(), secrets.token_bytes(SEED_BYTES), secrets.token_bytes(SEED_BYTES), secret)
    suffix = "-" + sha256(keys.proof_public + keys.http_public).hexdigest()[:10]
    return KeySet(suffix, keys.proof_public, ALWAYS, ALWAYS, private=replace(keys, suffix=suffix))


class KeyFolder:
    """A node's `keys/`, read again whenever another process replaced the keyring."""

    def __init__(self, folder: Path) -> None:
        """Raises FileNotFoundError or ValueError naming the file."""
        self._folder = folder
        self._seen = self._stamp()
        self._ring = load_keyring(folder)
        self._looked = time.monotonic()

    @property
    def ring(self) -> Keyring:
        """The keyring as it is on disk, give or take half a second."""
        if time.monotonic() - self._looked >= LOOK_AGAIN_S:
            self.look()
        return self._ring

    def look(self) -> None:
        """Look at the file now. A file that cannot be read leaves what was read before in force."""
        self._looked = time.monotonic()
        stamp = self._stamp()
        if stamp != self._seen:
            self._ring, self._seen = load_keyring(self._folder), stamp

    def change(self, apply: Callable[[Keyring], Keyring]) -> Keyring:
        """Replace the keyring by what `apply` makes of it, one process at a time; durable when this returns.

        Raises OSError if the folder cannot be written, and what `apply` raises; then nothing has changed.
        """
        with _locked(self._folder):
            before = load_keyring(self._folder)
            after = apply(before)
            if after != before:
                _replace_file(self._folder, after)
                for name in FIRST_FILES:
                    (self._folder / name).unlink(missing_ok=True)
        self.look()
        return self._ring

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = (self._folder / FILE).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino


def load_keyring(folder: Path) -> Keyring:
    """Read `keys/`. Raises FileNotFoundError or ValueError naming the file."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        keys, made = load_first_keys(folder)
        return Keyring((KeySet("", keys.proof_public, made, ALWAYS, private=keys),), keys.secret)
    secret = load_secret(folder)
    try:
        ring = Keyring(tuple(_read_set(item, secret, str(path)) for item in json.loads(text)["sets"]), secret)
        ring.signing(datetime.max.replace(tzinfo=UTC))
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise ValueError(f"{path} does not hold a readable keyring ({error})") from error
    return ring


def _read_set(item: dict[str, Any], secret: bytes, where: str) -> KeySet:
    private, suffix = item.get("private"), str(item["suffix"])
    keys = None
    if private is not None:
        rsa = read_rsa(private["rsa"].encode(), where)
        keys = NodeKeys(rsa, _bytes(private["proof"]), _bytes(private["http"]), secret, suffix)
    public = _bytes(item["proof_public"])
    if keys is not None and bytes(SigningKey(keys.proof_seed).verify_key) != public:
        raise ValueError(f"set {suffix or 'one'}: its public key is not that of its private key")
    moments = [None if item.get(name) is None else datetime.fromisoformat(item[name]) for name in _MOMENTS]
    made, signs, ends, revoked = moments
    if made is None or signs is None:
        raise ValueError(f"set {suffix or 'one'}: its times are missing")
    return KeySet(suffix, public, made, signs, ends, revoked, keys)


_MOMENTS = ("made_at", "signs_from", "ends_at", "revoked_at")


def _bytes(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != SEED_BYTES:
        raise ValueError(f"a key does not have {SEED_BYTES} bytes")
    return found


def _write_set(one: KeySet) -> dict[str, Any]:
    moments = {name: getattr(one, name).isoformat() if getattr(one, name) else None for name in _MOMENTS}
    private = None
    if one.private is not None:
        keys = one.private
        private = {"rsa": pem_of(keys.rsa).decode(), "proof": keys.proof_seed.hex(), "http": keys.http_seed.hex()}
    return {"suffix": one.suffix, "proof_public": one.proof_public.hex(), **moments, "private": private}


def _replace_file(folder: Path, ring: Keyring) -> None:
    """Written beside, forced to disk, then renamed over the old one: there is never half a keyring."""
    beside = folder / f".{FILE}.new"
    beside.unlink(missing_ok=True)  # of a process that was killed; we hold the lock
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({"sets": [_write_set(one) for one in ring.sets]}, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(beside, folder / FILE)
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
