"""Messages sealed without a look at what is in them: sealpost-message(5)."""

import os
import urllib.parse
import uuid

from . import age, merkle
from .notes import Key, b64, now, sha256, sign, statement

LEAF = 1 << 20


def padme(length: int) -> int:
    if length < 2:
        return length
    e = length.bit_length() - 1
    mask = (1 << (e - e.bit_length())) - 1
    return (length + mask) & ~mask


def new_id() -> str:
    """A UUID of version 7 whose time is nobody's."""
    value = int.from_bytes(os.urandom(16), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))


class Blob:
    """A file sealed for upload. `name` is bytes, since a hostile name need not be text."""

    def __init__(self, name: bytes, content: bytes, media_type: str):
        self.id = os.urandom(16).hex()
        key = b64(os.urandom(32))
        self.ciphertext = age.blob(content, key)
        pieces = range(0, len(self.ciphertext), LEAF)
        self.leaves = [merkle.leaf_hash(self.ciphertext[at : at + LEAF]) for at in pieces]
        quoted = urllib.parse.quote(name, safe="")
        self.field = (
            f"{self.id} {len(content)} {len(self.ciphertext)} {merkle.root(self.leaves).hex()} "
            f"{key} {media_type} {quoted}"
        )


def header(sender: str, views: tuple[str, str], spec: dict, blobs: list[Blob]) -> str:
    """The header's text; `spec` overrides any field by its name."""
    body = spec.get("body", "").encode()
    plain = {
        "id": new_id(),
        "from": sender,
        "to": [],
        "sent": now(),
        "expires": now(3600),
        "purpose": "general",
        "content-type": "text/plain; charset=utf-8",
        "body-length": str(len(body)),
        "body-sha256": sha256(body).hex(),
        "log": views[0],
        "trust": views[1],
        "attachment": [blob.field for blob in blobs],
    }
    plain.update({key: value for key, value in spec.items() if key not in ("body", "files")})
    order = ["id", "from", "to", "sent", "expires", "purpose", "subject", "thread", "content-type"]
    order += ["body-length", "body-sha256", "log", "trust", "attachment"]
    fields = []
    for name in order:
        value = plain.get(name, [])
        fields += [(name, item) for item in (value if isinstance(value, list) else [value])]
    return statement("message", fields)


class Sealed:
    def __init__(self, text: str, body: bytes, signer: Key, recipient: str):
        note = sign(text, signer).encode()
        self.sha256 = sha256(note)
        framed = f"sealpost-message/1 {len(note)} {len(body)}\n".encode() + note + body
        framed += bytes(padme(len(framed)) - len(framed))
        file_key = os.urandom(16)
        self.payload = age.payload(framed, file_key)
        self.header = age.header_for(recipient, file_key)
