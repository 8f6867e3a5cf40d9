#!/usr/bin/env python3
"""A collector of syslog over TLS (RFC 5425) for the tests, written from the RFC alone.

  siem.py CERTIFICATE KEY OUT PORT [--stall | --die-after N]

Takes one connection after the other, and appends each message as a line to OUT. --stall takes
connections and reads nothing; --die-after ends, without a word, after N messages of a connection.
Says "ready" when it listens.
"""

import os
import socket
import ssl
import sys


def frames(stream):
    """Each message, which stands behind its length (4.3): "83 <85>1 ..."."""
    pending = b""
    while True:
        while True:
            space = pending.find(b" ")
            if space < 0:
                assert len(pending) < 8, "no length in front of a message"
                break
            assert pending[:space].isdigit() and not pending.startswith(b"0"), pending[:20]
            end = space + 1 + int(pending[:space])
            if len(pending) < end:
                break
            yield pending[space + 1 : end]
            pending = pending[end:]
        more = stream.recv(65536)
        if not more:
            assert not pending, "a message was cut short"
            return
        pending += more


def main():
    certificate, key, out, port, *options = sys.argv[1:]
    die_after = int(options[1]) if options[:1] == ["--die-after"] else -1
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # A small window, so that who does not read is noticed soon.
    if "--stall" in options:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listening.bind(("127.0.0.1", int(port)))
    listening.listen()
    print("ready", flush=True)
    held = []
    while True:
        plain, _ = listening.accept()
        try:
            stream = context.wrap_socket(plain, server_side=True)
        except (ssl.SSLError, OSError):
            continue
        if "--stall" in options:
            held.append(stream)
            continue
        with open(out, "ab") as file:
            try:
                for count, message in enumerate(frames(stream), 1):
                    file.write(message + b"\n")
                    file.flush()
                    if count == die_after:
                        os._exit(1)
            except (ssl.SSLError, OSError) as problem:
                print(problem, file=sys.stderr)


main()
