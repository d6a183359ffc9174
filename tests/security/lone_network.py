"""Inside a network namespace: every address of the world is this machine's, and names mean what a test says.

Needs Linux, and to be root of the namespaces.
"""

import ipaddress
import os
import socket
import struct
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

_RTM_NEWLINK, _RTM_NEWROUTE = 16, 24
_REQUEST_ACK_CREATE = 0x1 | 0x4 | 0x400
_IFF_UP = 0x1
_RT_TABLE_LOCAL, _RTPROT_BOOT, _RTN_LOCAL, _RTA_OIF = 255, 3, 2, 4
_TYPES = {1: 4, 28: 6}  # A and AAAA, by the version of what they hold


def own_the_world() -> None:
    """Makes every address lead to this machine, once it is sure that nothing leads out of it."""
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    if routes or Path("/proc/net/if_inet6").read_text():
        raise SystemExit("this is no new network namespace: it leads somewhere")
    loopback = socket.if_nametoindex("lo")
    _tell_kernel(_RTM_NEWLINK, struct.pack("BxHiII", 0, 0, loopback, _IFF_UP, _IFF_UP))
    for family, scope in ((socket.AF_INET, 254), (socket.AF_INET6, 0)):
        route = struct.pack("8BI", family, 0, 0, 0, _RT_TABLE_LOCAL, _RTPROT_BOOT, scope, _RTN_LOCAL, 0)
        _tell_kernel(_RTM_NEWROUTE, route + struct.pack("HHI", 8, _RTA_OIF, loopback))


def _tell_kernel(kind: int, body: bytes) -> None:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.send(struct.pack("IHHII", 16 + len(body), kind, _REQUEST_ACK_CREATE, 1, 0) + body)
        (error,) = struct.unpack_from("i", netlink.recv(4096), 16)
        if error:
            raise OSError(-error, os.strerror(-error))


class Names:
    """The machine's only name server: a name's first look-up gets its first answer, the last answer is for ever.

    Attributes:
        asked: How often each name was asked for, by name and version of the address.
    """

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, int]] = Counter()
        self._answers: dict[str, Sequence[Sequence[str]]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        folder = Path(tempfile.mkdtemp(prefix="sandscope-names-"))
        for name, text in {
            "resolv.conf": "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n",
            "nsswitch.conf": "hosts: dns\n",
        }.items():
            if (Path("/etc") / name).exists():
                (folder / name).write_text(text)
                subprocess.run(["mount", "--bind", folder / name, Path("/etc") / name], check=True)
        threading.Thread(target=self._serve, daemon=True).start()

    def mean(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        """Says what names mean from now on: for each name its answers, each of some addresses."""
        self._answers = dict(answers)
        self.asked.clear()

    def _serve(self) -> None:
        while True:
            query, client = self._socket.recvfrom(512)
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query: bytes) -> bytes:
        labels, at = list[str](), 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode())
            at += 1 + query[at]
        name, version = ".".join(labels), _TYPES.get(int.from_bytes(query[at + 1 : at + 3], "big"), 0)
        answers = self._answers.get(name, [[]])
        chosen = answers[min(self.asked[name, version], len(answers) - 1)]
        self.asked[name, version] += 1
        found = [ip.packed for ip in map(ipaddress.ip_address, chosen) if ip.version == version]
        head = query[:2] + struct.pack(">5H", 0x8180, 1, len(found), 0, 0)
        rows = (struct.pack(">H4sIH", 0xC00C, query[at + 1 : at + 5], 0, len(row)) + row for row in found)
        return head + query[12 : at + 5] + b"".join(rows)
