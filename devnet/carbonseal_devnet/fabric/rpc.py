"""gRPC over TLS on loopback: servers that come and go, connections to them, errors with details."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any, NoReturn

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


def server(port: int, tls: tuple[bytes, bytes]) -> Any:
    """A server, not yet started. `tls` is private key and certificate, PEM. Raises OSError if the port is taken."""
    patient = [
        ("grpc.http2.max_ping_strikes", 0),
        ("grpc.keepalive_permit_without_calls", 1),
    ]  # Go's clients ping a lot
    made = grpc.aio.server(options=[*OPTIONS, *patient, ("grpc.so_reuseport", 0)])
    try:
        made.add_secure_port(f"{LOOPBACK}:{port}", grpc.ssl_server_credentials([tls]))
    except RuntimeError as error:
        raise OSError(f"port {port} cannot be used") from error
    return made


def connect(address: str, roots: bytes) -> Any:
    """A connection that authenticates the server by these certificates, PEM."""
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(roots), options=OPTIONS)


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
