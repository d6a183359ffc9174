"""A network of one's own, with nothing in it but this machine's loopback: who is run there can call nobody.

Linux alone has it, and asks for the right to make one.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

# linux/sched.h, linux/sockios.h, linux/if.h
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

OWN_NETWORK = Path("/proc/thread-self/ns/net")


@contextmanager
def offline() -> Generator[bool]:
    """Cuts this thread, and every process it starts, off from all but loopback; whether that was allowed."""
    if not OWN_NETWORK.exists():
        yield False
        return
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open(OWN_NETWORK, os.O_RDONLY)
    try:
        if libc.unshare(CLONE_NEWNET):
            yield False
            return
        try:
            _loopback_up(libc)
            yield True
        finally:
            if libc.setns(before, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "this thread cannot return to its network")
    finally:
        os.close(before)


def _loopback_up(libc: ctypes.CDLL) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        if libc.ioctl(any_socket.fileno(), SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP)):
            raise OSError(ctypes.get_errno(), "loopback cannot be brought up")
