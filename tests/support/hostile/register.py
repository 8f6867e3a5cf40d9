"""Entries of the register by a member's device that keeps to no rule: sealpost-register(5)."""

import json
import os

from . import age
from .device import Device
from .notes import b64, field, now, sha256, sign, statement
from .sealed import new_id


def canonical(record: dict) -> str:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Author:
    def __init__(self, device: Device, stream: str):
        self.device, self.stream = device, stream
        self.there = device.relay.get(f"register/{stream}")
        self.append = {
            "id": new_id(),
            "epoch": self.there["epoch"],
            "after": self.there["size"],
            "file": b"",
            "keys": [],
            "shredded": [],
            "blobs": [],
        }

    def _identities(self) -> list[bytes]:
        """Of all epochs, as they were granted to this device."""
        grant = self.device.relay.get(f"register/{self.stream}/grant")
        lines = age.opened(grant["file"], self.device.prekey).decode().splitlines()
        return [age.secret_in(line) for line in lines if line.startswith("AGE-SECRET-KEY-1")]

    def _identity(self) -> bytes:
        return self._identities()[-1]

    def _head(self) -> bytes:
        head, after = bytes(32), 0
        while after < self.there["size"]:
            page = self.device.relay.get(f"register/{self.stream}/entries?after={after}&limit=100")
            for entry in page["entries"]:
                head = sha256(head + sha256(entry["file"]))
                after = entry["number"]
        return head

    def _seal(self, plain: bytes, recipient: str) -> None:
        file_key = os.urandom(16)
        self.append["file"] = age.header_for(recipient, file_key) + age.payload(plain, file_key)

    def post(self) -> int:
        return self.device.relay.post(f"register/{self.stream}/entries", self.append)["number"]

    def nonsense(self, ahead: int) -> int:
        """Opens for nobody; `ahead` epochs ahead."""
        self.append["epoch"] += ahead
        self._seal(b"nonsense", age.new_recipient())
        return self.post()

    def begin(self, right: str, wrong: str) -> int:
        """Begins an epoch, and gives its key to the device `right`, and another to `wrong`."""
        known = self._identities()
        identity = os.urandom(32)
        self.append["epoch"] += 1
        record = {"epoch": self.append["epoch"], "recipient": age.recipient_for(identity)}
        note = self._note([("record", canonical({"type": "epoch", **record}))])
        self._seal(note.encode(), age.recipient_for(identity))
        number = self.post()
        self._grant(right, [*known, identity])
        self._grant(wrong, [*known, os.urandom(32)])
        return number

    def _grant(self, device: str, identities: list[bytes]) -> None:
        relay = self.device.relay
        claimed = relay.post("prekeys/claim", {"id": new_id(), "devices": [device]})["prekeys"][0]["prekey"]
        epochs = [
            ("epoch", f"{number} {age.recipient_for(secret)}")
            for number, secret in enumerate(identities, 1)
        ]
        text = statement(
            "register-grant",
            [
                ("stream", self.stream),
                ("to", device),
                ("at", now()),
                ("log", relay.log_view()),
                ("trust", self.device.trust_view()),
                *epochs,
            ],
        )
        note = sign(text, self.device.key)
        lines = "".join(age.identity_of(secret) + "\n" for secret in identities)
        plain = f"sealpost-grant/1 {len(note.encode())}\n{note}{lines}".encode()
        file_key = os.urandom(16)
        file = age.header_for(field(claimed, "recipient"), file_key) + age.payload(plain, file_key)
        grant = {"device": device, "epoch": len(identities), "prekey": field(claimed, "id")}
        relay.post(f"register/{self.stream}/grants", {"grants": [{**grant, "file": file}]})

    def _note(self, fields: list[tuple[str, str]], seen: str = "") -> str:
        device = self.device
        head = [
            ("stream", self.stream),
            ("epoch", str(self.append["epoch"])),
            ("id", self.append["id"]),
            ("at", now()),
            ("seen", seen or f"{self.there['size']} {b64(self._head())}"),
            ("log", device.relay.log_view()),
            ("trust", device.trust_view()),
        ]
        return sign(statement("register", head + fields), device.key)

    def entry(self, what: str, records: list[dict]) -> int:
        """An entry that is right but for `what`."""
        seen = f"{self.there['size']} {b64(bytes(32))}" if what == "seen" else ""
        note_keys = []
        if what.startswith("key"):
            contact, wrapped = "c-" + os.urandom(16).hex(), os.urandom(72)
            records = [{"type": "contact", "contact": contact, "removed": False}]
            if what != "key not named":
                note_keys = [("key", f"{contact} {b64(sha256(wrapped))}")]
            if what != "key not sent":
                key = {"contact": contact, "epoch": self.append["epoch"], "wrapped": wrapped}
                self.append["keys"] = [key]
        lines = [("record", canonical(record)) for record in records]
        note = self._note(note_keys + lines, seen)
        if what == "signature":
            note = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
        self._seal(note.encode(), age.recipient_for(self._identity()))
        return self.post()
