"""age v1 files as sealpost-message(5) uses them: one X25519 stanza, or one scrypt stanza of N = 2."""

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CHUNK = 64 << 10
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt or None, info).derive(key)


def _polymod(values) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check


def _regroup(values, have: int, want: int, pad: bool) -> list[int]:
    bits, count, out = 0, 0, []
    for value in values:
        bits, count = bits << have | value, count + have
        while count >= want:
            count -= want
            out.append(bits >> count & ((1 << want) - 1))
    if pad and count:
        out.append(bits << (want - count) & ((1 << want) - 1))
    return out


def _bech32(prefix: str, raw: bytes) -> str:
    data = _regroup(raw, 8, 5, True)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod(expanded + data + [0] * 6) ^ 1
    data += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1" + "".join(BECH32[value] for value in data)


def recipient_of(public: bytes) -> str:
    return _bech32("age", public)


def identity_of(secret: bytes) -> str:
    return _bech32("age-secret-key-", secret).upper()


def public_of(recipient: str) -> bytes:
    values = [BECH32.index(c) for c in recipient[len("age1") : -6]]
    return bytes(_regroup(values, 5, 8, False))


def recipient_for(secret: bytes) -> str:
    public = X25519PrivateKey.from_private_bytes(secret).public_key()
    return recipient_of(public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def new_recipient() -> str:
    return recipient_for(os.urandom(32))


def secret_in(identity: str) -> bytes:
    """The 32 bytes of AGE-SECRET-KEY-1..."""
    values = [BECH32.index(c) for c in identity.lower()[len("age-secret-key-1") : -6]]
    return bytes(_regroup(values, 5, 8, False))


def opened(file: bytes, secret: bytes) -> bytes:
    """What is in a file for this secret alone."""
    header, _, rest = file.partition(b"\n--- ")
    body = rest[rest.index(b"\n") + 1 :]
    _, stanza, wrapped = header.decode().split("\n")
    pad = lambda text: base64.b64decode(text + "=" * (-len(text) % 4))  # noqa: E731
    share = pad(stanza.split(" ")[2])
    ours = X25519PrivateKey.from_private_bytes(secret)
    own = ours.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ours.exchange(X25519PublicKey.from_public_bytes(share))
    key = _hkdf(shared, share + own, b"age-encryption.org/v1/X25519")
    file_key = ChaCha20Poly1305(key).decrypt(bytes(12), pad(wrapped), None)
    nonce, sealed = body[:16], body[16:]
    cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    step = CHUNK + 16
    chunks = [sealed[at : at + step] for at in range(0, len(sealed), step)]
    return b"".join(
        cipher.decrypt(number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]), chunk, None)
        for number, chunk in enumerate(chunks)
    )


def _header(stanza: str, file_key: bytes) -> bytes:
    text = f"age-encryption.org/v1\n{stanza}---"
    mac = hmac.digest(_hkdf(file_key, b"", b"header"), text.encode(), "sha256")
    return f"{text} {_b64(mac)}\n".encode()


def _wrap(key: bytes, file_key: bytes) -> str:
    return _b64(ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None))


def header_for(recipient: str, file_key: bytes) -> bytes:
    theirs = public_of(recipient)
    secret = X25519PrivateKey.generate()
    share = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = secret.exchange(X25519PublicKey.from_public_bytes(theirs))
    key = _hkdf(shared, share + theirs, b"age-encryption.org/v1/X25519")
    return _header(f"-> X25519 {_b64(share)}\n{_wrap(key, file_key)}\n", file_key)


def payload(plaintext: bytes, file_key: bytes) -> bytes:
    nonce = os.urandom(16)
    cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext), CHUNK)] or [b""]
    out = nonce
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        out += cipher.encrypt(number.to_bytes(11, "big") + bytes([last]), chunk, None)
    return out


def blob(plaintext: bytes, passphrase: str) -> bytes:
    file_key, salt = os.urandom(16), os.urandom(16)
    key = hashlib.scrypt(
        passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=2, r=8, p=1, dklen=32
    )
    header = _header(f"-> scrypt {_b64(salt)} 1\n{_wrap(key, file_key)}\n", file_key)
    return header + payload(plaintext, file_key)
