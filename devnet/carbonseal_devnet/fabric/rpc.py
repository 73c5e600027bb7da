"""gRPC over TLS on loopback: servers that come and go, connections to them, errors with details."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeAlias

import grpc
from google.protobuf import any_pb2

from carbonseal_devnet.fabric.wire import field, varint

LOOPBACK = "127.0.0.1"
MEGABYTE = 1 << 20
OPTIONS = [
    ("grpc.max_receive_message_length", 100 * MEGABYTE),
    ("grpc.max_send_message_length", 100 * MEGABYTE),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.min_reconnect_backoff_ms", 5000),  # the limit of one connection attempt; a busy machine needs some of it
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.use_local_subchannel_pool", 1),
]
Status = grpc.StatusCode
Pair: TypeAlias = tuple[bytes, bytes]  # private key and certificate, PEM


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def server(port: int, tls: Pair, clients: Callable[[], bytes] | None = None) -> Any:
    """A server, not yet started. With `clients` it takes those alone whose certificates lead to the authorities (PEM) that
    `clients` gives at each connection: mutual TLS. Raises OSError if the port is taken."""
    patient = [
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.keepalive_permit_without_calls", 1),
    ]  # Go's clients ping a lot
    made = grpc.aio.server(options=[*OPTIONS, *patient, ("grpc.so_reuseport", 0)])
    try:
        made.add_secure_port(f"{LOOPBACK}:{port}", _credentials(tls, clients))
    except RuntimeError as error:
        raise OSError(f"port {port} cannot be used") from error
    return made


def _credentials(tls: Pair, clients: Callable[[], bytes] | None) -> Any:
    if clients is None:
        return grpc.ssl_server_credentials([tls])

    def current() -> Any:
        return grpc.ssl_server_certificate_configuration([tls], clients())

    return grpc.dynamic_ssl_server_credentials(current(), current, require_client_authentication=True)


def connect(address: str, roots: bytes, own: Pair | tuple[None, None] = (None, None)) -> Any:
    """A connection that authenticates the server by these certificates, PEM, and oneself by one's `own`."""
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(roots, *own), options=OPTIONS)


class Failure(Exception):
    """An answer with a gRPC status other than OK. `details` are protobuf messages."""

    def __init__(self, code: Any, message: str, details: Iterable[Any] = ()) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, list(details)

    async def abort(self, context: Any) -> NoReturn:
        """End the call with this status."""
        trailers = (("grpc-status-details-bin", self._status()),) if self.details else ()
        await context.abort(self.code, self.message, trailers)
        raise AssertionError("abort never returns")

    def _status(self) -> bytes:
        """A serialised google.rpc.Status: code, message, details."""
        raw = b"\x08" + varint(self.code.value[0]) + field(2, self.message.encode())
        for detail in self.details:
            packed = any_pb2.Any()
            packed.Pack(detail)
            raw += field(3, packed.SerializeToString())
        return raw
