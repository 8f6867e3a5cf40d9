#!/usr/bin/python3
"""Writes transparency logs as c2sp.org/tlog-tiles lays them out, honest and forged ones, without a
line of sealpost. Whoever verifies logs must tell them apart.

    make_log.py new FOLDER SIZE         an honest log of SIZE entries; prints its verifier key
    make_log.py forge FOLDER FORGERY    changes an honest log of this program's in one way
    make_log.py grow FOLDER SIZE        lets an honest log of this program's grow
    make_log.py fork FOLDER SIZE        the same with another past, signed by the log itself
    make_log.py ask FOLDER OLD [FOLDER] what such a log asks a witness that has seen OLD entries; the
                                        proof may come from another one
    make_log.py forgeries               lists the ways
    make_log.py variants                lists changes after which a log holds as before
"""

import base64
import hashlib
import shutil
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.dont_write_bytecode = True
from verify_log import WIDTH, leaf_hash, split_bundle, tile_name, tree_hash  # noqa: E402

ORIGIN = "log.example/other"


class Signer:
    """A key of the log, or of somebody else, under a name."""

    def __init__(self, seed, name=ORIGIN):
        self.name = name
        self.key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())
        self.raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def key_id(self, kind):
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([kind]) + self.raw).digest()[:4]

    def vkey(self):
        return "+".join([self.name, self.key_id(1).hex(), b64(b"\x01" + self.raw)])

    def line(self, text, spoil=False):
        signature = bytearray(self.key.sign(text.encode()))
        signature[0] ^= spoil
        return f"\u2014 {self.name} {b64(self.key_id(1) + bytes(signature))}\n"

    def cosignature(self, text, time, spoil=False):
        signature = bytearray(self.key.sign(f"cosignature/v1\ntime {time}\n{text}".encode()))
        signature[0] ^= spoil
        blob = self.key_id(4) + struct.pack(">Q", time) + bytes(signature)
        return f"\u2014 {self.name} {b64(blob)}\n"


LOG = Signer(b"log")
MALLORY = Signer(b"mallory")
WITNESS = Signer(b"witness", "witness.example/w1")


def b64(raw):
    return base64.b64encode(raw).decode()


def text_of(size, root, origin=ORIGIN):
    return f"{origin}\n{size}\n{b64(root)}\n"


class Log:
    """All of a log in memory."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def entries(self):
        size, found = self.size(), []
        for n in range(-(-size // WIDTH)):
            found += split_bundle(self.file("entries", n, min(WIDTH, size - n * WIDTH)).read_bytes())
        return found

    def size(self):
        return int((self.folder / "checkpoint").read_text().split("\n")[1])

    def root(self):
        return base64.b64decode((self.folder / "checkpoint").read_text().split("\n")[2])

    def file(self, level, index, width):
        return self.folder / tile_name(level, index, width)

    def put(self, level, index, width, raw):
        path = self.file(level, index, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)

    def put_checkpoint(self, text, *lines):
        (self.folder / "checkpoint").write_text(text + "\n" + "".join(lines))

    def lay(self, entries):
        """Bundles and tiles; the root of the tree."""
        shutil.rmtree(self.folder / "tile", ignore_errors=True)
        for n in range(0, len(entries), WIDTH):
            some = entries[n : n + WIDTH]
            self.put("entries", n // WIDTH, len(some),
                     b"".join(struct.pack(">H", len(entry)) + entry for entry in some))
        leaves = hashes = [leaf_hash(entry) for entry in entries]
        for level in range(8):
            for n in range(0, len(hashes), WIDTH):
                some = hashes[n : n + WIDTH]
                self.put(level, n // WIDTH, len(some), b"".join(some))
            hashes = [tree_hash(hashes[n : n + WIDTH])
                      for n in range(0, len(hashes) - WIDTH + 1, WIDTH)]
        return tree_hash(leaves)

    def sign(self, root, size, signer=LOG):
        text = text_of(size, root)
        self.put_checkpoint(text, signer.line(text))


def some_entries(size):
    return [f"entry {n}".encode() * (1 + n % 3) for n in range(int(size))]


def grow(folder, size):
    log = Log(folder)
    log.sign(log.lay(some_entries(size)), int(size))


def fork(folder, size):
    log, entries = Log(folder), some_entries(size)
    edit(entries)
    log.sign(log.lay(entries), int(size))


def new(folder, size):
    grow(folder, size)
    print(LOG.vkey())


def subproof(m, hashes, whole):
    """RFC 6962, section 2.1.2."""
    if m == len(hashes):
        return [] if whole else [tree_hash(hashes)]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    if m <= k:
        return subproof(m, hashes[:k], whole) + [tree_hash(hashes[k:])]
    return subproof(m - k, hashes[k:], False) + [tree_hash(hashes[:k])]


def ask(folder, old, prover=None):
    hashes = [leaf_hash(entry) for entry in Log(prover or folder).entries()]
    proof = subproof(int(old), hashes, True) if 0 < int(old) < len(hashes) else []
    print(f"old {old}", *map(b64, proof), "", sep="\n")
    sys.stdout.flush()
    sys.stdout.buffer.write((Path(folder) / "checkpoint").read_bytes())


# --- what somebody might do to a log -------------------------------------------------------------

def rewritten(log, change):
    entries = log.entries()
    change(entries)
    return entries, log.lay(entries)


def edit(entries):
    entries[3] = b"another entry"


def swap(entries):
    entries[2], entries[3] = entries[3], entries[2]


def change_bytes(path, at, more=b"", length=None):
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(bytes(raw[:length]) + more)


def last(log, level):
    """The partial tile of a level."""
    count = log.size() >> (8 * max(level if level != "entries" else 0, 0))
    return log.file(level, count // WIDTH, count % WIDTH)


def checkpoint_line(log, number, value):
    path = log.folder / "checkpoint"
    lines = path.read_text().split("\n")
    lines[number] = value(lines[number])
    path.write_text("\n".join(lines))


def resigned(log, change):
    text = change(text_of(log.size(), log.root()))
    log.put_checkpoint(text, LOG.line(text))


def keep_checkpoint(log, change):
    checkpoint = (log.folder / "checkpoint").read_bytes()
    rewritten(log, change)
    (log.folder / "checkpoint").write_bytes(checkpoint)


def mallory_rewrites(log):
    entries, root = rewritten(log, edit)
    log.sign(root, len(entries), MALLORY)


def drop_last(log):
    """The last event goes, the checkpoint stays."""
    entries = log.entries()[:-1]
    size = log.size()
    log.lay(entries)
    for level in (0, "entries"):
        path = log.file(level, len(entries) // WIDTH, len(entries) % WIDTH)
        path.rename(log.file(level, size // WIDTH, size % WIDTH))


def edit_hash(log):
    entry, raw = b"another entry", None
    path = log.file("entries", 0, WIDTH)
    entries = split_bundle(path.read_bytes())
    entries[3] = entry
    path.write_bytes(b"".join(struct.pack(">H", len(e)) + e for e in entries))
    path = log.file(0, 0, WIDTH)
    raw = path.read_bytes()
    path.write_bytes(raw[:96] + leaf_hash(entry) + raw[128:])


def signed_twice(log, spoil):
    text = text_of(log.size(), log.root())
    log.put_checkpoint(text, LOG.line(text), LOG.line(text, spoil=spoil))


def with_time(log, spoil):
    text = text_of(log.size(), log.root())
    log.put_checkpoint(text, LOG.line(text), LOG.cosignature(text, 1800000000, spoil))


def with_stranger(log, spoil):
    text = text_of(log.size(), log.root())
    log.put_checkpoint(text, WITNESS.cosignature(text, 1800000000, spoil), MALLORY.line(text, spoil),
                       LOG.line(text))


def full_tile_left(log):
    """The log grew on; its earlier checkpoint is read with full tiles in place of partial ones."""
    entries, checkpoint = log.entries(), (log.folder / "checkpoint").read_bytes()
    shutil.rmtree(log.folder / "tile")
    log.lay(entries + [b"later"] * (WIDTH - len(entries) % WIDTH))
    size = len(entries)
    for level in range(1, 3):
        count = size >> (8 * level)
        if count % WIDTH and not log.file(level, count // WIDTH, count % WIDTH).exists():
            grown = (size + WIDTH - size % WIDTH) >> (8 * level)
            raw = log.file(level, grown // WIDTH, grown % WIDTH).read_bytes()
            log.put(level, count // WIDTH, count % WIDTH, raw[: 32 * (count % WIDTH)])
    (log.folder / "checkpoint").write_bytes(checkpoint)


FORGERIES = {
    "entry edited": lambda log: change_bytes(log.file("entries", 0, WIDTH), 40),
    "entry and its hash edited": edit_hash,
    "rewritten, old checkpoint": lambda log: keep_checkpoint(log, edit),
    "rewritten, signed by another key": mallory_rewrites,
    "reordered": lambda log: keep_checkpoint(log, swap),
    "last entry dropped": drop_last,
    "entry appended to a bundle": lambda log: last(log, "entries").write_bytes(
        last(log, "entries").read_bytes() + b"\x00\x01x"),
    "bundle cut short": lambda log: last(log, "entries").write_bytes(
        last(log, "entries").read_bytes()[:-1]),
    "bundle in the middle missing": lambda log: log.file("entries", 1, WIDTH).unlink(),
    "hash edited": lambda log: change_bytes(log.file(0, 1, WIDTH), 40),
    "hash of a higher level edited": lambda log: change_bytes(last(log, 1), 0),
    "tile missing": lambda log: log.file(0, 0, WIDTH).unlink(),
    "tile of a higher level missing": lambda log: last(log, 1).unlink(),
    "tile cut short": lambda log: last(log, 0).write_bytes(last(log, 0).read_bytes()[:-32]),
    "size edited": lambda log: checkpoint_line(log, 1, lambda size: str(int(size) - 1)),
    "root edited": lambda log: checkpoint_line(log, 2, lambda root: b64(bytes(32))),
    "signature edited": lambda log: signed_twice_alone(log),
    "second signature fails": lambda log: signed_twice(log, True),
    "the log's time fails": lambda log: with_time(log, True),
    "smaller size signed": lambda log: log.sign(log.root(), log.size() - 1),
    "other root signed": lambda log: log.sign(bytes(32), log.size()),
    "other origin signed": lambda log: resigned(log, lambda text: "log.example/third" +
                                                text[len(ORIGIN):]),
    "size with a leading zero signed": lambda log: resigned(
        log, lambda text: text.replace("\n", "\n0", 1)),
    "root that is not canonical base64 signed": lambda log: resigned(log, loose_base64),
    "checkpoint with an empty line signed": lambda log: resigned(
        log, lambda text: text + "\nextension\n"),
    "checkpoint without a root signed": lambda log: resigned(
        log, lambda text: "\n".join(text.split("\n")[:2]) + "\n"),
    "no checkpoint": lambda log: (log.folder / "checkpoint").unlink(),
    "no signature": lambda log: log.put_checkpoint(text_of(log.size(), log.root())),
}


def signed_twice_alone(log):
    text = text_of(log.size(), log.root())
    log.put_checkpoint(text, LOG.line(text, spoil=True))


def loose_base64(text):
    """Another last letter before the padding that decodes to the same bytes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = text.rindex("=") - 1
    return text[:at] + letters[letters.index(text[at]) ^ 1] + text[at + 1 :]


VARIANTS = {
    "as it is": lambda log: None,
    "extension lines": lambda log: resigned(log, lambda text: text + "extension\n"),
    "signatures of strangers": lambda log: with_stranger(log, False),
    "signatures of strangers that fail": lambda log: with_stranger(log, True),
    "the log's time": lambda log: with_time(log, False),
    "no entries": lambda log: shutil.rmtree(log.folder / "tile/entries"),
    "first bundle pruned": lambda log: log.file("entries", 0, WIDTH).unlink(),
    "full tiles for partial ones": full_tile_left,
}


def main(what, *rest):
    if what == "new":
        new(*rest)
    elif what == "grow":
        grow(*rest)
    elif what == "fork":
        fork(*rest)
    elif what == "ask":
        ask(*rest)
    elif what == "forge":
        {**FORGERIES, **VARIANTS}[rest[1]](Log(rest[0]))
    else:
        print("\n".join({"forgeries": FORGERIES, "variants": VARIANTS}[what]))


if __name__ == "__main__":
    main(*sys.argv[1:])
