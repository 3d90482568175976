"""The attacks, in the words of the design, in order: key → line."""

from __future__ import annotations

ATTACKS: dict[str, str] = {
    "foreign-key": "Foreign key document that claims the victim as owner (GHSA-q9f8-5hc7-898f)",
    "same-host": "Same host, other actor: Delete, Update, Undo, key overwrite",
    "unsigned-parts": "Digest unsigned, GET signature reused for POST, replay to another host, missing date",
    "confused-parts": "Digest algorithm confusion, duplicate headers or labels",
    "replay": "Replay inside the window, old id with new content, Undo and redo out of order",
    "content-type": "Content-type confusion (an upload served as activity+json), HTML with a link",
    "wrong-place": "id ≠ fetched id, cross-origin redirect, redirect loops",
    "ssrf": "SSRF through key, WebFinger, NodeInfo link, inbox, redirect hop",
    "addresses": "127/8, 169.254, 100.64/10, NAT64, 6to4, Teredo, data:/file:",
    "rebinding": "DNS rebinding (the resolved address is checked at connect)",
    "bodies": "Bodies without limit, deep nesting, NaN, duplicate keys, lone surrogates, gzip bombs, slow senders",
    "storms": "Recursive fetch and key-fetch storms",
    "json-ld": "JSON-LD restructuring and LD signatures",
    "embedded": "Embedded object of another origin, attributedTo ≠ actor, IDN, port and case tricks in hosts",
    "state": "Unbounded state per hostile host",
    "shapes": "Type arrays, null or list actors, numbers for strings",
    "proofs": "Stale proofs: wrong purpose, foreign verification method, two proofs, changed context",
    "move": "Move without alsoKnownAs, Move loops",
    "voucher": "Voucher redeemed twice at once",
    "accept": "Replayed Accept",
    "partition": "Partition then heal",
    "blocks": "Block bypass by subdomain or redirect",
    "farewells": "Storms of Delete for gone actors",
    "slow-key-host": "An inbox that blocks on a slow key host",
    "html": "HTML and scripts in names and content",
    "draw": "Two announcements of one draw, answers before its time, files of draws with another list or result",
}

LATER: dict[str, str] = {
    "voucher": "there are no vouchers yet; they come with their own issue",
}
"""Lines without a guard yet, and why."""
