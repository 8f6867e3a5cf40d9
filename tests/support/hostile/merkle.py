"""RFC 6962 trees and the tiles of C2SP tlog-tiles, recomputed from leaves each time."""

from .notes import sha256

WIDTH = 256


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def root(hashes: list[bytes]) -> bytes:
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    left = 1
    while left * 2 < len(hashes):
        left *= 2
    return sha256(b"\x01" + root(hashes[:left]) + root(hashes[left:]))


def tile(leaves: list[bytes], path: str) -> bytes:
    """What a path below .../tile/ names: "0/000.p/5", "1/x001/234", "entries/000.p/5"."""
    level, _, rest = path.partition("/")
    partial = WIDTH
    if ".p/" in rest:
        rest, _, width = rest.partition(".p/")
        partial = int(width)
    first = int(rest.replace("x", "").replace("/", "")) * WIDTH
    if level == "entries":
        entries = leaves[first : first + partial]
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    span = WIDTH ** int(level)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    return b"".join(
        root(hashes[at * span : (at + 1) * span]) for at in range(first, first + partial)
    )
