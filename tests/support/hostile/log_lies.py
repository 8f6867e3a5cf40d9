"""Lies about the audit log as a whole: what an operator might make of it, consistent in itself."""

import re

from . import merkle
from .lies import LIES, lie, text_answer
from .notes import Key, cosign, sign, text_of
from .proxy import Answer, Request


def bent(leaves: list[bytes], how: str, at: int) -> list[bytes]:
    """The log changed in one way at index `at`."""
    out = list(leaves)
    match how:
        case "truncated":
            return out[:at]
        case "edited":
            out[at] = re.sub(rb'"at":"\d{4}', b'"at":"2020', out[at])
        case "dropped":
            del out[at]
        case "reordered":
            out[at], out[at + 1] = out[at + 1], out[at]
        case "inserted":
            out.insert(at, out[at])
        case "forked":
            out = out[:at] + [out[at]] + out[at:-1]
    return out


def tile_of(leaves: list[bytes], path: str) -> Answer:
    body = merkle.tile(leaves, path)
    return Answer(200, {"Content-Type": "application/octet-stream"}, body)


@lie("GET /audit/.*")
def rewrite_log(request: Request):
    """`how` the log was rewritten at index `at`; checkpoint, tiles and entries fit each other."""
    leaves = bent(request.house.leaves(), request.options["how"], request.options["at"])
    path = request.route.removeprefix("GET /audit/")
    if path == "checkpoint":
        return text_answer(request.house.checkpoint(leaves))
    return tile_of(leaves, path.removeprefix("tile/")) if path.startswith("tile/") else None


@lie("GET /audit/tile/entries/.*")
def rewrite_entries(request: Request):
    """The tree is the true one, the entries are not its."""
    leaves = bent(request.house.leaves(), request.options["how"], request.options["at"])
    return tile_of(leaves, request.route.removeprefix("GET /audit/tile/"))


@lie("GET /audit/checkpoint")
def resign(request: Request):
    """The true tree under another key, or under the log's as another log."""
    house = request.house
    text = text_of(house.checkpoint(house.leaves()).decode())
    if request.options["by"] == "another key":
        return text_answer(sign(text, Key(house.log_key.name)).encode())
    text = text.replace(house.log_key.name, "mercy.example/other", 1)
    return text_answer(sign(text, house.log_key).encode())


@lie("GET /audit/cosigned")
def forge_cosigned(request: Request):
    """A checkpoint that witnesses are said to have cosigned; `witness` is the name of one."""
    house = request.house
    note = house.checkpoint(house.leaves()).decode()
    match request.options["how"]:
        case "nothing":
            return Answer(404, {"Content-Type": "application/problem+json"},
                          b'{"type":"urn:sealpost:error:not-found","title":"none"}')
        case "stranger":
            note += cosign(text_of(note), Key(request.options["witness"]), 1790000000)
        case "old line":
            # The cosignature of the true checkpoint, on another one.
            true = request.forward().body.decode()
            note = house.checkpoint(house.leaves()[:-1]).decode() + true[true.rindex("\u2014") :]
        case "fork":
            note = house.checkpoint(house.forked(1)).decode()
            true = request.forward().body.decode()
            note += true[true.rindex("\u2014") :]
    return text_answer(note.encode())


__all__ = ["LIES"]
