"""A mail server for tests: speaks SMTP on a port of this machine, and fails as it is told."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class PostOffice:
    """Takes mails into a list.

    Attributes:
        answers: Beginning of a command, or `DATA` for the end of a mail -> what it is answered.
        hangs_up_after: Command after which the connection ends without a word.
    """

    certificate: Path | None = None
    """File with key and certificate; None: it offers no STARTTLS."""
    is_tls: bool = False
    """Whether it speaks TLS from the first byte."""
    password: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    hangs_up_after: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    were_encrypted: list[bool] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop: from now on nobody answers."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with ExitStack() as stack, suppress(OSError, EOFError):
                stack.enter_context(connection)
                connection.settimeout(5)
                if self.is_tls:
                    connection = self._wrapped(connection, stack)
                self._talk(connection, stack)

    def _wrapped(self, connection: socket.socket, stack: ExitStack) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self.certificate is not None
        context.load_cert_chain(self.certificate)
        return stack.enter_context(context.wrap_socket(connection, server_side=True))

    def _talk(self, connection: socket.socket, stack: ExitStack) -> None:
        lines = stack.enter_context(connection.makefile("rb"))
        connection.sendall(b"220 post.test ESMTP\r\n")
        while line := lines.readline():
            command = _upper(line.decode().strip())
            if self.hangs_up_after and command.startswith(self.hangs_up_after):
                return
            if command == "STARTTLS":
                connection.sendall(b"220 Go ahead\r\n")
                connection = self._wrapped(connection, stack)
                lines = stack.enter_context(connection.makefile("rb"))
                continue
            answer = self._answer(command)
            connection.sendall(answer.encode() + b"\r\n")
            if command == "QUIT":
                return
            if command == "DATA" and answer.startswith("354"):
                connection.sendall(self._taken(lines, connection).encode() + b"\r\n")

    def _answer(self, command: str) -> str:
        for beginning, answer in self.answers.items():
            if beginning != "DATA" and command.startswith(beginning):
                return answer
        if command.startswith("EHLO"):
            offers = ["post.test", "SIZE 1000000"]
            offers += ["STARTTLS"] if self.certificate and not self.is_tls else []
            offers += ["AUTH PLAIN"] if self.password else []
            return "\r\n".join(
                f"250{' ' if i == len(offers) - 1 else '-'}{each}" for i, each in enumerate(offers)
            )
        if command.startswith("RCPT"):
            self.recipients.append(command.partition("<")[2].partition(">")[0])
        if command == "DATA":
            return "354 Go ahead"
        return "235 Welcome" if command.startswith("AUTH") else "250 OK"

    def _taken(self, lines: object, connection: socket.socket) -> str:
        content = b""
        for line in lines:  # type: ignore[attr-defined]
            if line == b".\r\n":
                break
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        if answer := self.answers.get("DATA"):
            return answer
        message = BytesParser(EmailMessage, policy=policy.default).parsebytes(content)
        self.mails.append(message)
        self.were_encrypted.append(isinstance(connection, ssl.SSLSocket))
        if self.hangs_up_after == "TAKEN":
            connection.close()
        return f"250 Taken as {len(self.mails)}"


def _upper(command: str) -> str:
    """Return a command with its verb as the standard writes it; clients may write it small."""
    verb, space, rest = command.partition(" ")
    what, colon, address = rest.partition(":")
    return verb.upper() + space + (what.upper() + colon + address if colon else rest)


def certificate(folder: Path, address: str = "127.0.0.1") -> tuple[Path, Path]:
    """Make a certificate that signs itself; return the file of the server and that of clients."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    signed = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    server, client = folder / f"server-{address}.pem", folder / f"client-{address}.pem"
    server.write_bytes(private + signed)
    client.write_bytes(signed)
    return server, client
