"""Inside a network namespace: listens at every address, with and without TLS, and keeps who came and what was asked."""

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PORTS = {80: False, 443: True, 3128: False, 8080: False}
Answer = Callable[["Came", socket.socket], None]


@dataclass
class Came:
    """A connection: the address and port it was made to, the name TLS asked for, the head of the request."""

    address: str
    port: int
    sni: str | None = None
    head: str = ""

    @property
    def path(self) -> str:
        """What was asked for."""
        return self.head.split(" ")[1] if self.head else ""


@dataclass
class Listeners:
    """All of them; `answer` is called with each request.

    Attributes:
        certificates: A folder with the chain of each name, `NAME.pem`, and `authority.pem`.
        answer: Writes the response.
        came: Every connection so far.
    """

    certificates: Path
    answer: Answer
    came: list[Came] = field(default_factory=list[Came])

    def open(self) -> None:
        """Listens from now on."""
        for port, tls in PORTS.items():
            listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=100)
            threading.Thread(target=self._accept, args=(listener, port, tls), daemon=True).start()

    def _accept(self, listener: socket.socket, port: int, tls: bool) -> None:  # noqa: FBT001  a thread's argument
        while True:
            accepted, _ = listener.accept()
            ip = ipaddress.IPv6Address(accepted.getsockname()[0].partition("%")[0])
            came = Came(str(ip.ipv4_mapped or ip), port)
            self.came.append(came)
            threading.Thread(target=self._serve, args=(came, accepted, tls), daemon=True).start()

    def _serve(self, came: Came, accepted: socket.socket, tls: bool) -> None:  # noqa: FBT001  a thread's argument
        # Who is refused leaves in the middle of it.
        with contextlib.suppress(OSError), accepted:
            stream = self._secured(came, accepted) if tls else accepted
            with stream:
                came.head = stream.recv(65536).decode("latin-1")
                if came.head:
                    self.answer(came, stream)

    def _secured(self, came: Came, accepted: socket.socket) -> socket.socket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates / "logs.example.pem")

        def choose(chosen: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            came.sni = name
            file = self.certificates / f"{name}.pem"
            if file.exists():
                own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                own.load_cert_chain(file)
                chosen.context = own

        context.sni_callback = cast("Any", choose)
        return context.wrap_socket(accepted, server_side=True)


def certify(folder: Path, *names: str, strangers: tuple[str, ...] = ()) -> Path:
    """Writes a chain for each name, those of `strangers` by an authority nobody trusts; gives the trusted one's file."""
    for authority, signed in (("authority", names), ("stranger", strangers)):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(authority, key, authority, key)
        (folder / f"{authority}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        for name in signed:
            own = ec.generate_private_key(ec.SECP256R1())
            secret = own.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            chain = _certificate(name, own, authority, key).public_bytes(serialization.Encoding.PEM)
            (folder / f"{name}.pem").write_bytes(secret + chain)
    return folder / "authority.pem"


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    root = name == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not root:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
