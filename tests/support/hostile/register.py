"""Entries of the register by a member's device that keeps to no rule: sealpost-register(5)."""

import json
import os

from . import age
from .device import Device
from .notes import b64, now, sha256, sign, statement
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

    def _identity(self) -> bytes:
        """Of the newest epoch, as it was granted to this device."""
        grant = self.device.relay.get(f"register/{self.stream}/grant")
        lines = age.opened(grant["file"], self.device.prekey).decode().splitlines()
        return age.secret_in(lines[-1])

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

    def entry(self, what: str, records: list[dict]) -> int:
        """An entry that is right but for `what`."""
        device = self.device
        seen = [str(self.there["size"]), b64(self._head())]
        identity = self._identity()
        contact = "c-" + os.urandom(16).hex()
        note_keys = []
        if what == "seen":
            seen[1] = b64(bytes(32))
        if what.startswith("key"):
            records = [{"type": "contact", "contact": contact, "removed": False}]
            wrapped = os.urandom(72)
            note_keys = [("key", f"{contact} {b64(sha256(wrapped))}")]
            if what != "key not sent":
                self.append["keys"] = [
                    {"contact": contact, "epoch": self.append["epoch"], "wrapped": wrapped}
                ]
            if what == "key not named":
                note_keys = []
        fields = [
            ("stream", self.stream),
            ("epoch", str(self.append["epoch"])),
            ("id", self.append["id"]),
            ("at", now()),
            ("seen", " ".join(seen)),
            ("log", device.relay.log_view()),
            ("trust", device.trust_view()),
            *note_keys,
            *[("record", canonical(record)) for record in records],
        ]
        note = sign(statement("register", fields), device.key)
        if what == "signature":
            note = note[:-10] + ("A" if note[-10] != "A" else "B") + note[-9:]
        self._seal(note.encode(), age.recipient_for(identity))
        return self.post()
