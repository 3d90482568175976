"""What a case gives to its operation, read by type: a file by somebody else may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from protocols import multikey
from protocols.actors import rsa_public_key
from protocols.errors import RemoteProtocolError
from protocols.honour.terms import PartyKey
from protocols.messages import HttpMessage
from protocols.timestamps import parse_rfc3339
from protocols.types import Json, JsonObject


class MalformedCase(Exception):
    """The case does not give what its operation takes."""


class Given:
    """Typed access to `given`; every method raises MalformedCase naming what is missing or of a wrong type."""

    def __init__(self, values: Mapping[str, Json], where: str = "given") -> None:
        self._values, self._where = values, where

    def has(self, name: str) -> bool:
        return name in self._values

    def any(self, name: str) -> Json:
        if name not in self._values:
            raise MalformedCase(f"{self._where}.{name} is missing")
        return self._values[name]

    def text(self, name: str) -> str:
        value = self.any(name)
        if not isinstance(value, str):
            raise MalformedCase(f"{self._where}.{name} is not a text")
        return value

    def whole(self, name: str) -> int:
        value = self.any(name)
        if type(value) is not int:
            raise MalformedCase(f"{self._where}.{name} is not a whole number")
        return value

    def object(self, name: str) -> JsonObject:
        value = self.any(name)
        if not isinstance(value, dict):
            raise MalformedCase(f"{self._where}.{name} is not an object")
        return value

    def child(self, name: str) -> Given:
        return Given(self.object(name), f"{self._where}.{name}")

    def objects(self, name: str) -> list[JsonObject]:
        found = self._list(name)
        objects = [item for item in found if isinstance(item, dict)]
        if len(objects) != len(found):
            raise MalformedCase(f"{self._where}.{name} is not a list of objects")
        return objects

    def texts(self, name: str) -> list[str]:
        found = self._list(name)
        texts = [item for item in found if isinstance(item, str)]
        if len(texts) != len(found):
            raise MalformedCase(f"{self._where}.{name} is not a list of texts")
        return texts

    def moment(self, name: str) -> datetime:
        try:
            return parse_rfc3339(self.text(name)).astimezone(UTC)
        except RemoteProtocolError as error:
            raise MalformedCase(f"{self._where}.{name} is not an instant") from error

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.text(name))
        except ValueError as error:
            raise MalformedCase(f"{self._where}.{name} is not a day") from error

    def octets(self, name: str) -> bytes:
        """Bytes in hexadecimal."""
        return self._octets(self.text(name), name)

    def hashes(self, name: str) -> list[str]:
        """Texts of 32 bytes in hexadecimal."""
        return [self._octets(text, name, 32).hex() for text in self.texts(name)]

    def hash(self, name: str) -> str:
        return self._octets(self.text(name), name, 32).hex()

    def seed(self, name: str) -> bytes:
        return self._octets(self.text(name), name, 32)

    def _octets(self, text: str, name: str, length: int | None = None) -> bytes:
        try:
            found = bytes.fromhex(text)
        except ValueError as error:
            raise MalformedCase(f"{self._where}.{name} is not hexadecimal") from error
        if length not in (None, len(found)):
            raise MalformedCase(f"{self._where}.{name} is not {length} bytes")
        return found

    def private_key(self) -> RSAPrivateKey | bytes:
        """`privateKeyPem` (RSA) or `seed` (Ed25519)."""
        if self.has("seed"):
            return self.seed("seed")
        try:
            key = load_pem_private_key(self.text("privateKeyPem").encode(), password=None)
        except ValueError as error:
            raise MalformedCase(f"{self._where}.privateKeyPem is not a key") from error
        if not isinstance(key, RSAPrivateKey):
            raise MalformedCase(f"{self._where}.privateKeyPem is not an RSA key")
        return key

    def public_key(self) -> RSAPublicKey | bytes:
        """`publicKeyPem` (RSA) or `publicKeyMultibase` (Ed25519)."""
        try:
            if self.has("publicKeyMultibase"):
                return multikey.decode(self.text("publicKeyMultibase"))
            return rsa_public_key(self.text("publicKeyPem"))
        except RemoteProtocolError as error:
            raise MalformedCase(f"{self._where}: {error}") from error

    def ed25519_key(self) -> bytes:
        key = self.public_key()
        if not isinstance(key, bytes):
            raise MalformedCase(f"{self._where}: an Ed25519 key is wanted")
        return key

    def party_key(self, name: str) -> PartyKey:
        """`{verificationMethod, publicKeyMultibase}`."""
        key = self.child(name)
        return PartyKey(key.text("verificationMethod"), key.ed25519_key())

    def party_keys(self, name: str) -> dict[str, PartyKey]:
        """Actor id → its key."""
        keys = self.child(name)
        return {actor: keys.party_key(actor) for actor in self.object(name)}

    def request(self, name: str) -> HttpMessage:
        """`{method, url, headers: [[name, value], …], body: text or null}`."""
        asked = self.child(name)
        body = asked.any("body")
        if body is not None and not isinstance(body, str):
            raise MalformedCase(f"{self._where}.{name}.body is neither text nor null")
        headers = []
        for pair in asked._list("headers"):
            if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
                raise MalformedCase(f"{self._where}.{name}.headers is not a list of pairs")
            headers.append((str(pair[0]), str(pair[1])))
        content = None if body is None else body.encode()
        return HttpMessage(asked.text("method"), asked.text("url"), tuple(headers), content)

    def _list(self, name: str) -> list[Json]:
        value = self.any(name)
        if not isinstance(value, list):
            raise MalformedCase(f"{self._where}.{name} is not a list")
        return value
