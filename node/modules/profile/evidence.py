"""What the node signs about an action.

Members are named as in W3C Verifiable Credentials 2.0 (issuer, validFrom, credentialSubject), so that a credential with
`@context` and an Open Badges achievement is made of them by adding, never by asking again. The statement itself has no
`@context`: it is plain JSON under JCS, proof `eddsa-jcs-2022` by the node's proof key. It names the resident by the
public key alone, and the certifier by the organisation alone.
"""

from __future__ import annotations

from datetime import datetime

from node.accounts import public as accounts
from node.core.unit import Unit
from node.modules.missions.events import MissionCertified
from node.neighbours import public as neighbours
from node.sharing.events import CertifiedElsewhere
from protocols.proofs import add_proof
from protocols.timestamps import rfc3339
from protocols.types import JsonObject

TYPE = "YgorCertifiedAction"


def statement(unit: Unit, action_id: str, event: MissionCertified, minutes: int) -> JsonObject:
    """The signed statement about one certified mission."""
    unsecured: JsonObject = {
        "id": unit.node.url(f"/moi/registre/{action_id}"),
        "type": [TYPE],
        "issuer": {"id": neighbours.own_actor(unit), "name": unit.node.name},
        "validFrom": rfc3339(event.certified_at),
        "credentialSubject": {
            "id": accounts.resident_did(unit, event.account_id),
            "action": {
                "kind": "mission",
                "mission": unit.node.url(f"/missions/{event.mission_id}"),
                "name": event.title,
                "organisation": event.organisation_name,
                "theme": event.theme,
                "skills": list(event.skills),
                "doneOn": event.done_on.isoformat(),
                "minutes": minutes,
                "tokens": event.tokens,
            },
        },
    }
    return _signed(unit, unsecured, event.certified_at)


def statement_elsewhere(unit: Unit, action_id: str, event: CertifiedElsewhere) -> JsonObject:
    """The signed statement about an action that a neighbour certified: whose it is, by our word, and `evidence`, the
    neighbour's own signed word, which knows the person by a reference alone (specs/sharing.md §5)."""
    unsecured: JsonObject = {
        "id": unit.node.url(f"/moi/registre/{action_id}"),
        "type": [TYPE],
        "issuer": {"id": neighbours.own_actor(unit), "name": unit.node.name},
        "validFrom": rfc3339(unit.now),
        "credentialSubject": {
            "id": accounts.resident_did(unit, event.account_id),
            "action": {
                "kind": "mission",
                "name": event.title,
                "organisation": event.organisation,
                "commune": event.commune,
                "doneOn": event.done_on.isoformat(),
                "minutes": event.minutes,
                "tokens": event.tokens,
            },
        },
        "evidence": event.evidence,
    }
    return _signed(unit, unsecured, unit.now)


def _signed(unit: Unit, unsecured: JsonObject, created: datetime) -> JsonObject:
    method = neighbours.own_proof_method(unit)
    return add_proof(unsecured, seed=unit.keys.proof_seed, verification_method=method, created=created)
