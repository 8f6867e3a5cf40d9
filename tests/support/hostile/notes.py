"""Signed notes, keys and statements: sealpost-note(5)."""

import base64
import datetime
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization import PrivateFormat, PublicFormat


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def now(seconds: int = 0) -> str:
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Key:
    """An Ed25519 key under a name."""

    def __init__(self, name: str, seed: bytes | None = None):
        self.name = name
        if seed is None:
            self._key = Ed25519PrivateKey.generate()
        else:
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._typed = b"\x01" + raw
        self._id = sha256(name.encode() + b"\n" + self._typed)[:4]

    @property
    def seed(self) -> bytes:
        return self._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self._id.hex()}+{b64(self._typed)}"

    def sign_bytes(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def line(self, text: str) -> str:
        return f"\u2014 {self.name} {b64(self._id + self.sign_bytes(text.encode()))}\n"


def cosign(text: str, key: Key, moment: int) -> str:
    """A cosignature line of the same key and name, made at that second."""
    typed = b"\x04" + base64.b64decode(key.vkey.split("+", 2)[2])[1:]
    key_id = sha256(key.name.encode() + b"\n" + typed)[:4]
    signed = key.sign_bytes(f"cosignature/v1\ntime {moment}\n{text}".encode())
    return f"\u2014 {key.name} {b64(key_id + moment.to_bytes(8, 'big') + signed)}\n"


def sign(text: str, *keys: Key) -> str:
    return text + "\n" + "".join(key.line(text) for key in keys)


def text_of(note: str) -> str:
    """The text of a note, with its last line feed."""
    return note[: note.rindex("\n\n") + 1]


def statement(kind: str, fields: list[tuple[str, str]]) -> str:
    return f"sealpost/v1/{kind}\n" + "".join(f"{key}: {value}\n" for key, value in fields)


def fields_of(note: str) -> list[tuple[str, str]]:
    return [tuple(line.split(": ", 1)) for line in text_of(note).splitlines()[1:]]


def field(note: str, key: str) -> str:
    """The first field of that key; empty when there is none."""
    return next((value for name, value in fields_of(note) if name == key), "")


def kind_of(note: str) -> str:
    return note.split("\n", 1)[0].rsplit("/", 1)[-1]


def chain_head(root_vkey: str, entries: list[str]) -> bytes:
    head = sha256(b"sealpost/v1/trust\n" + root_vkey.encode() + b"\n")
    for entry in entries:
        head = sha256(head + sha256(entry.encode()))
    return head


def view(size: int, digest: bytes) -> str:
    return f"{size} {b64(digest)}"
