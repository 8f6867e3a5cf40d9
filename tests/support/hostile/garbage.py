"""Answers that are none: whatever a client may find on a socket."""

import gzip
import itertools
import json
import os
import re

from .proxy import Answer, Request

GIGABYTE = 1 << 30
CBOR = {"Content-Type": "application/cbor"}


def problem(detail: str, kind: str = "urn:sealpost:error:denied", status: int = 403) -> Answer:
    body = json.dumps({"type": kind, "title": "x", "detail": detail, "hint": detail})
    return Answer(status, {"Content-Type": "application/problem+json"}, body.encode())


HOSTILE_TEXT = "no\nsealpost: done\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u200b\r" + "long " * 5000

ANSWERS = {
    "random bytes": lambda: Answer(200, CBOR, os.urandom(300)),
    "nothing": lambda: Answer(200, CBOR, b""),
    "no content": lambda: Answer(204, {}, b""),
    "half a map": lambda: Answer(200, CBOR, bytes.fromhex("a2646d6f7265")),
    "a number": lambda: Answer(200, CBOR, b"\x05"),
    "an empty map": lambda: Answer(200, CBOR, b"\xa0"),
    "a string of 2^62 bytes": lambda: Answer(200, CBOR, b"\x5b\x40" + bytes(7)),
    "an array of 2^62 items": lambda: Answer(200, CBOR, b"\x9b\x40" + bytes(7)),
    "a million arrays": lambda: Answer(200, CBOR, b"\x81" * 1_000_000),
    "endless strings": lambda: Answer(200, CBOR, b"\x5f" * 1_000_000),
    "a page": lambda: Answer(200, {"Content-Type": "text/html"}, b"<html>It works!</html>"),
    "a redirect": lambda: Answer(302, {"Location": "https://127.0.0.1:1/evil\x1b[2J"}, b""),
    "status 999": lambda: Answer(999, {}, b"\x1b[2J"),
    "status 200 of a problem": lambda: Answer(200, {}, problem(HOSTILE_TEXT).body),
    "a bare 404": lambda: Answer(404, {}, b"\xff\xfe\x1b[2J"),
    "a hostile problem": lambda: problem(HOSTILE_TEXT),
    "an unknown problem": lambda: problem(HOSTILE_TEXT, "urn:sealpost:error:\x1b[2J", 418),
    "come back in a century": lambda: Answer(429, {"Retry-After": "3155760000"}, b""),
    "a compressed bomb": lambda: Answer(
        200, {**CBOR, "Content-Encoding": "gzip"}, gzip.compress(bytes(50 << 20), 6)
    ),
}


def _endless_body(connection) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (10 * GIGABYTE))
    while True:
        connection.sendall(bytes(1 << 20))


def _endless_chunks(connection) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")


def _endless_headers(connection) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Header: " + b"a" * 8000 + b"\r\n")


def _one_endless_header(connection) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Header: ")
    while True:
        connection.sendall(b"a" * 8000)


def _endless_problem(connection) -> None:
    connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n" % (10 * GIGABYTE))
    while True:
        connection.sendall(b"x" * (1 << 20))


def _another_protocol(connection) -> None:
    connection.sendall(b"220 mail.example ESMTP\x1b[2J\r\n")


def _broken_off(connection) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")


def _silence(connection) -> None:
    connection.settimeout(90)
    connection.recv(1)


STREAMS = {
    "an endless body": _endless_body,
    "endless chunks": _endless_chunks,
    "endless headers": _endless_headers,
    "one endless header": _one_endless_header,
    "an endless problem": _endless_problem,
    "another protocol": _another_protocol,
    "broken off": _broken_off,
    "silence": _silence,
}


_turn = itertools.count()


def garbage(request: Request):
    """`kind` of garbage, or several in turn, for the requests that match `route`."""
    if not re.match(request.options.get("route", ""), request.route):
        return None
    kinds = request.options["kind"].split(",")
    kind = kinds[next(_turn) % len(kinds)]
    if kind in ANSWERS:
        return ANSWERS[kind]()
    request.told()  # before it goes on for ever
    try:
        STREAMS[kind](request.connection)
    except OSError:
        pass  # the client has had enough
    return Answer(0, {}, b"")


GARBAGE = {"garbage": garbage}
