#!/usr/bin/env python3
"""Bad company for a relay: clients that say nothing, half of something, or too much.

    crowd.py idle HOST PORT COUNT        opens connections and says nothing
    crowd.py half HOST PORT COUNT        TLS, then half of a request's head
    crowd.py short HOST PORT             promises a body and sends a tenth of it
    crowd.py endless HOST PORT           a chunked body without an end
    crowd.py deaf HOST PORT              asks again and again and reads no answer

The first two print "ready COUNT" when all are open, then for every line on standard input how many
of them are open still, and end with it. The others print how the relay ended it.
"""

import resource
import select
import socket
import ssl
import sys


def connect(host, port):
    return socket.create_connection((host, port), timeout=30)


def connect_tls(host, port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connect(host, port))


def is_closed(connection):
    """Whether a connection with something to read is at its end. Nothing else is expected."""
    try:
        return connection.recv(1) == b""
    except OSError:
        return True


def count_open(connections):
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    ready = {number for number, _ in poll.poll(0)}
    return sum(1 for c in connections if c.fileno() not in ready or not is_closed(c))


def stay(connections):
    print("ready", len(connections), flush=True)
    for _ in sys.stdin:
        print(count_open(connections), flush=True)


def connect_in_the_end(host, port):
    """A machine under load lets some attempts time out; a crowd knocks again."""
    for _ in range(10):
        try:
            return connect(host, port)
        except OSError as error:
            print(error, file=sys.stderr, flush=True)
    return connect(host, port)


def idle(host, port, count):
    stay([connect_in_the_end(host, port) for _ in range(int(count))])


def half(host, port, count):
    connections = []
    for _ in range(int(count)):
        connection = connect_tls(host, port)
        connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: relay\r\nX-Slow: ")
        connections.append(connection)
    stay(connections)


def how_it_ended(connection):
    """The status line of an answer, or "closed"."""
    answer = b""
    try:
        while b"\r\n" not in answer:
            more = connection.recv(4096)
            if not more:
                break
            answer += more
    except socket.timeout:
        return "still open"
    except OSError:
        pass
    return answer.split(b"\r\n")[0].decode() if answer else "closed"


def short(host, port):
    connection = connect_tls(host, port)
    connection.sendall(b"POST /v1/trust HTTP/1.1\r\nHost: relay\r\nContent-Length: 10000\r\n\r\n")
    connection.sendall(b"x" * 1000)
    print(how_it_ended(connection))


def endless(host, port):
    connection = connect_tls(host, port)
    connection.sendall(b"POST /v1/trust HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n")
    sent = 0
    try:
        while sent < 1 << 30:
            connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            sent += 65536
    except OSError:
        pass
    print("stopped" if sent < 1 << 30 else "took everything", sent)


def deaf(host, port):
    connection = connect_tls(host, port)
    connection.settimeout(3)
    asked = 0
    try:
        while asked < 1 << 20:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: relay\r\n\r\n" * 100)
            asked += 100
    except OSError:  # nobody takes more questions while the answers are not read
        pass
    print("not heard" if asked < 1 << 20 else "heard", asked)


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    kind, host, port, *rest = sys.argv[1:]
    {"idle": idle, "half": half, "short": short, "endless": endless, "deaf": deaf}[kind](
        host, int(port), *rest
    )


main()
