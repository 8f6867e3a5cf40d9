"""A member's device that checks nothing before it signs and sends. See ../unchecked_device."""

import base64
import json
import os
import pathlib
import time

from . import age
from .client import Client
from .notes import Key, chain_head, field, now, sha256, sign, statement, view
from .sealed import Blob, Sealed, header, new_id

PART = 8 << 20


TOKEN = "sealpost-invitation-1-"


def unpacked(token: str) -> bytes:
    packed = token.strip().removeprefix(TOKEN)
    return base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))


def forged_token(token: str, number: int, line: str) -> str:
    """The same invitation with another line of its public part, and a right checksum."""
    raw = unpacked(token)
    lines = raw[40:].split(b"\n")
    lines[number] = os.fsencode(line)
    content = raw[8:40] + b"\n".join(lines)
    packed = base64.urlsafe_b64encode(sha256(content)[:8] + content).decode().rstrip("=")
    return TOKEN + packed


class Invitation:
    """The token that `sealpost member invite` prints."""

    def __init__(self, token: str):
        raw = unpacked(token)
        self.root, self.url, self.pin, _, _, self.note = raw[40:].decode().split("\n", 5)
        self.key = Key(field(self.note, "key").split("+")[0], raw[8:40])
        self.organisation = self.root.split("+")[0]

    def certificate(self, key: Key) -> str:
        """Certifies `key` as a device; may be done again and again for different keys."""
        text = statement(
            "certificate",
            [
                ("device", key.name),
                ("role", field(self.note, "role")),
                ("key", key.vkey),
                ("number", "0"),
                ("issuer", f"invitation {sha256(self.note.encode()).hex()}"),
                ("suite", "age-x25519"),
                ("at", max(now(), field(self.note, "at"))),
                ("expires", now(86400)),
            ],
        )
        return sign(text, self.key, key)

    def device_name(self, device: str) -> str:
        return f"{self.organisation}/{field(self.note, 'user')}/{device}"


def prekey_note(key: Key, device: str, recipient: str, prekey: str | None = None) -> str:
    """A prekey of `device`, whoever `key` belongs to."""
    fields = [
        ("device", device),
        ("id", prekey or os.urandom(8).hex()),
        ("suite", "age-x25519"),
        ("recipient", recipient),
        ("use", "last-resort"),
        ("at", now()),
        ("expires", now(86400)),
    ]
    return sign(statement("prekey", fields), key)


class Device:
    def __init__(self, url: str, root: str, key: Key, prekey: bytes):
        self.url, self.root, self.key, self.prekey = url, root, key, prekey
        self.relay = Client(url, key)

    @staticmethod
    def load(path: str) -> "Device":
        state = json.loads(pathlib.Path(path).read_text())
        key = Key(state["name"], bytes.fromhex(state["seed"]))
        return Device(state["url"], state["root"], key, bytes.fromhex(state["prekey"]))

    def save(self, path: str) -> None:
        state = {"url": self.url, "root": self.root, "name": self.key.name}
        secrets = {"seed": self.key.seed.hex(), "prekey": self.prekey.hex()}
        pathlib.Path(path).write_text(json.dumps({**state, **secrets}))

    @staticmethod
    def enrol(token: str, device: str) -> "Device":
        invitation = Invitation(token)
        key = Key(invitation.device_name(device))
        prekey = os.urandom(32)
        made = {
            "certificate": invitation.certificate(key),
            "prekey": prekey_note(key, key.name, age.recipient_for(prekey)),
        }
        Client(invitation.url, invitation.key).post("enrol", made)
        return Device(invitation.url, invitation.root, key, prekey)

    def trust_view(self) -> str:
        entries = self.relay.chain()
        return view(len(entries), chain_head(self.root, entries))

    def revoke_itself(self) -> None:
        text = statement("revocation", [("target", self.key.name), ("at", now())])
        entries = [*self.relay.chain(), sign(text, self.key)]
        self.relay.post("trust", {"size": len(entries), "entries": entries[-1:]})

    def signed(self, kind: str, fields: list[tuple[str, str]]) -> str:
        """Any statement, signed by this device."""
        return sign(statement(kind, fields), self.key)

    def upload(self) -> None:
        """A file that no message will name."""
        self._upload(Blob(b"unsent", b"unsent", "text/plain"))

    def _upload(self, blob: Blob) -> None:
        self.relay.post("blobs", {"id": blob.id, "size": len(blob.ciphertext)})
        for part, at in enumerate(range(0, len(blob.ciphertext), PART)):
            content = blob.ciphertext[at : at + PART]
            path = f"blobs/{blob.id}/parts/{part}"
            self.relay.request("PUT", path, content, "application/octet-stream")
        self.relay.post(f"blobs/{blob.id}/complete", {"leaves": blob.leaves})

    def send(self, to: str, spec: dict) -> str:
        """Seals what `spec` says for the device `to`; returns the message's id."""
        blobs = [
            Blob(
                base64.b64decode(file["name_base64"]) if "name_base64" in file else file["name"].encode(),
                file.get("content", "").encode() * file.get("times", 1),
                file.get("type", "text/plain"),
            )
            for file in spec.get("files", [])
        ]
        for blob in blobs:
            self._upload(blob)
        claimed = self.relay.post("prekeys/claim", {"id": new_id(), "devices": [to]})["prekeys"][0]["prekey"]
        text = header(
            self.key.name,
            (self.relay.log_view(), self.trust_view()),
            {"to": [to.rpartition("/")[0]], **spec},
            blobs,
        )
        sealed = Sealed(text, spec.get("body", "").encode(), self.key, field(claimed, "recipient"))
        fields = dict(line.split(": ", 1) for line in text.splitlines()[1:] if ": " in line)
        submission = {
            "id": fields["id"],
            "tag": os.urandom(32),
            "purpose": "general",
            "message-sha256": sealed.sha256,
            "expires": int(time.time() + 3600) * 1000,
            "envelopes": [
                {"device": to, "prekey": field(claimed, "id"), "header": sealed.header}
            ],
            "payload": sealed.payload,
            "blobs": [blob.id for blob in blobs],
            "partial": False,
            "links": [],
        }
        result = self.relay.post("messages", {"messages": [submission]})["results"][0]
        if not result["accepted"]:
            raise SystemExit(f"not accepted: {result['error-code']} {result['error-text']}")
        return fields["id"]
