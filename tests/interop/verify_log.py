#!/usr/bin/python3
"""A verifier of transparency logs, written from the C2SP specifications alone: signed-note v1.0.0,
tlog-checkpoint v1.0.0, tlog-cosignature v1.0.1, tlog-tiles v0.1.0, tlog-proof v1, and RFC 6962,
section 2.1. It shares no line with sealpost, which is compared with it.

    verify_log.py tiles FOLDER VKEY [ORIGIN]     a log in a folder of tiles
    verify_log.py proof FILE VKEY [ENTRY-FILE]   a tlog-proof; of sealpost's the entry is in it

Exit status 0 when everything holds, 1 when something does not, with the reason.
"""

import base64
import binascii
import hashlib
import re
import struct
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256


class Refused(Exception):
    """Something does not hold."""


def require(holds, why):
    if not holds:
        raise Refused(why)


def from_base64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(f"not base64: {text!r}") from error
    require(base64.b64encode(raw).decode() == text, f"not canonical base64: {text!r}")
    return raw


def to_number(text):
    require(re.fullmatch(r"0|[1-9][0-9]*", text), f"not a decimal number: {text!r}")
    require(int(text) < 1 << 64, f"too large a number: {text!r}")
    return int(text)


# --- RFC 6962, section 2.1 -----------------------------------------------------------------------

def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_hash(hashes):
    """MTH of hashes that are leaves already."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(tree_hash(hashes[:split]), tree_hash(hashes[split:]))


def root_from_path(index, size, leaf, path):
    """The root that the inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    require(index < size, "the index is not in the tree")
    node, last, found = index, size - 1, leaf
    for sibling in path:
        require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return found


# --- signed-note, tlog-checkpoint, tlog-cosignature ----------------------------------------------

class Key:
    """A verifier key: "<name>+<hash>+<base64 of type and key>"."""

    def __init__(self, vkey):
        self.name, digest, rest = vkey.split("+", 2)
        raw = base64.b64decode(rest)
        require(len(raw) == 33 and raw[0] == 1, "not an Ed25519 verifier key")
        require(self.id_of(raw[0], raw[1:]).hex() == digest, "a verifier key with a wrong hash")
        self.public = Ed25519PublicKey.from_public_bytes(raw[1:])
        self.note_id = self.id_of(1, raw[1:])
        self.time_id = self.id_of(4, raw[1:])

    def id_of(self, kind, raw):
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([kind]) + raw).digest()[:4]

    def check(self, signature, message):
        try:
            self.public.verify(signature, message)
        except InvalidSignature as error:
            raise Refused(f"the signature of {self.name} fails") from error


def open_note(raw, key):
    """The text of a note that this key has signed."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused("a note that is not UTF-8") from error
    require(not re.search(r"[\x00-\x09\x0b-\x1f]", text), "a note with control characters")
    at = text.rfind("\n\n")
    require(at >= 0, "a note without signatures")
    body, lines = text[: at + 1], text[at + 2 :]
    require(lines.endswith("\n"), "a note that is cut short")
    signed = False
    for line in lines[:-1].split("\n"):
        parts = line.split(" ")
        require(len(parts) == 3 and parts[0] == "\u2014", f"not a signature line: {line!r}")
        require(parts[1] and "+" not in parts[1], "a signature by nobody")
        blob = from_base64(parts[2])
        require(len(blob) > 4, "an empty signature")
        if parts[1] != key.name:
            continue
        if blob[:4] == key.note_id:
            key.check(blob[4:], body.encode())
            signed = True
        elif blob[:4] == key.time_id:
            require(len(blob) == 76, "a cosignature of another length")
            (time,) = struct.unpack(">Q", blob[4:12])
            key.check(blob[12:], f"cosignature/v1\ntime {time}\n{body}".encode())
    require(signed, f"not signed by {key.name}")
    return body


def open_checkpoint(raw, key, origin):
    lines = open_note(raw, key).split("\n")
    require(lines.pop() == "" and len(lines) >= 3 and all(lines), "not a checkpoint")
    require(lines[0] == origin, f"a checkpoint of {lines[0]}")
    root = from_base64(lines[2])
    require(len(root) == 32, "a root of another length")
    return to_number(lines[1]), root


# --- tlog-tiles ----------------------------------------------------------------------------------

def tile_name(level, index, width):
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + ("" if width == WIDTH else f".p/{width}")


def read_tile(folder, level, index, width):
    """The file's bytes, or None; a full tile may stand for a partial one."""
    for wide in (width, WIDTH):
        path = folder / tile_name(level, index, wide)
        if path.is_file():
            return path.read_bytes(), wide
    return None, width


def hashes_of(folder, level, index, width):
    raw, wide = read_tile(folder, level, index, width)
    require(raw is not None, tile_name(level, index, width) + " is missing")
    require(len(raw) == 32 * wide, tile_name(level, index, width) + " has another length")
    return [raw[i : i + 32] for i in range(0, 32 * width, 32)]


def split_bundle(raw):
    entries = []
    while raw:
        require(len(raw) >= 2, "a bundle that is cut short")
        (length,) = struct.unpack(">H", raw[:2])
        require(len(raw) >= 2 + length, "a bundle that is cut short")
        entries.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return entries


def check_bundles(folder, size):
    begun = False
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        raw, wide = read_tile(folder, "entries", index, width)
        if raw is None:
            require(not begun, tile_name("entries", index, width) + " is missing")
            continue
        begun = True
        entries = split_bundle(raw)
        require(len(entries) == wide, tile_name("entries", index, width) + " is not complete")
        hashes = hashes_of(folder, 0, index, width)
        for i in range(width):
            require(leaf_hash(entries[i]) == hashes[i], f"entry {index * WIDTH + i} is another one")


def check_tiles(folder, size, root):
    """Every level from the one below; the root from what no full tile holds, level by level."""
    below, right = None, []
    for level in range(8):
        count = size >> (8 * level)
        hashes = []
        for index in range(-(-count // WIDTH)):
            hashes += hashes_of(folder, level, index, min(WIDTH, count - index * WIDTH))
        if below is not None:
            full = [tree_hash(below[i : i + WIDTH]) for i in range(0, len(below), WIDTH)
                    if i + WIDTH <= len(below)]
            require(hashes == full, f"level {level} does not follow from the one below")
        right.append(hashes[len(hashes) - len(hashes) % WIDTH :])
        below = hashes
    found = None
    for hashes in right:  # the lowest level is furthest to the right
        while hashes:
            width = len(hashes) & -len(hashes)
            peak = tree_hash(hashes[-width:])
            found = peak if found is None else node_hash(peak, found)
            hashes = hashes[:-width]
    require((found or tree_hash([])) == root, "the tree has another root")


def verify_tiles(folder, key, origin):
    folder = Path(folder)
    path = folder / "checkpoint"
    require(path.is_file(), "no checkpoint")
    size, root = open_checkpoint(path.read_bytes(), key, origin)
    check_tiles(folder, size, root)
    check_bundles(folder, size)
    print(f"holds: {size} {root.hex()}")


# --- tlog-proof ----------------------------------------------------------------------------------

def verify_proof(file, key, entry):
    head, blank, checkpoint = Path(file).read_bytes().partition(b"\n\n")
    require(blank, "a proof without a checkpoint")
    try:
        lines = head.decode().split("\n")
    except UnicodeDecodeError as error:
        raise Refused("a proof that is not text") from error
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0)[6:]).split(b"\n")
        if entry is None and extra[0] == b"sealpost-event/1":
            entry = extra[1]
    require(lines and lines[0].startswith("index "), "a proof without an index")
    index = to_number(lines.pop(0)[6:])
    path = [from_base64(line) for line in lines]
    require(all(len(step) == 32 for step in path), "a hash of another length")
    require(entry is not None, "no entry to prove")
    size, root = open_checkpoint(checkpoint, key, key.name)
    require(root_from_path(index, size, leaf_hash(entry), path) == root, "the proof does not hold")
    print(f"holds: entry {index} of {size}")


def main(what, name, vkey, *rest):
    try:
        key = Key(vkey)
        if what == "tiles":
            verify_tiles(name, key, *(rest or [key.name]))
        else:
            verify_proof(name, key, Path(rest[0]).read_bytes() if rest else None)
    except Refused as reason:
        print(f"does not hold: {reason}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
