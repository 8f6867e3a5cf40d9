#!/usr/bin/env python3
"""Runs a command on a terminal of its own and types a line at every prompt.

usage: with_tty.py LINE COMMAND...

LINE may be several lines: one for each prompt, the last one for all that follow.
"""

import os
import pty
import select
import signal
import sys
import time

LINES, COMMAND = sys.argv[1].split("\n"), sys.argv[2:]
GIVE_UP = time.monotonic() + 60

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(COMMAND[0], COMMAND)

seen = b""
while True:
    if time.monotonic() > GIVE_UP:
        os.kill(pid, signal.SIGKILL)
        break
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        piece = os.read(terminal, 4096)
    except OSError:  # the last holder of the terminal has gone
        break
    if not piece:
        break
    sys.stderr.buffer.write(piece)
    seen += piece
    if seen.endswith(b" ") and seen.rstrip(b" ").endswith(b":"):
        time.sleep(0.1)  # prompts throw away what was typed before them
        line = LINES.pop(0) if len(LINES) > 1 else LINES[0]
        os.write(terminal, line.encode() + b"\n")
        seen = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
