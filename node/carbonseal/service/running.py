"""Running a served node: its service and its background work, from start to stop (`carbonseal serve`)."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from carbonseal.findings import BrokenOff, Refused
from carbonseal.node.listen_config import Address
from carbonseal.node.node import Node
from carbonseal.service.app import serving
from carbonseal.service.exchange.app import NAME as PACT
from carbonseal.service.exchange.app import make_app as make_exchange
from carbonseal.service.health import health
from carbonseal.service.listeners import Listener
from carbonseal.service.listening.answering import answering
from carbonseal.service.listening.connections import Connections
from carbonseal.service.listening.tls import Certificate
from carbonseal.service.monitoring.answers import Answers
from carbonseal.service.monitoring.supervision import Supervisor

from .codes import ACCESS_WITHOUT_TOKENS, CANNOT_LISTEN

LOG = logging.getLogger(__name__)
MOST_FILES = 65_536
# Objects more than there were, after which cycles are looked for while a node answers. A look walks through as many, and everything
# waits for it: 12 to 30 ms of CPU. With 10,000 it is a fifth of that, and a single record takes a tenth more.
COLLECT_AFTER = 50_000

Ready = Callable[[str, Mapping[str, Any]], None]


def run(directory: Path, host: str | None, port: int | None, ready: Ready) -> None:
    """Serve the node in `directory` until SIGINT or SIGTERM, at the addresses of its `[listen]`; `host` and `port`, where given,
    are the private listener's instead. SIGHUP loads again what may change meanwhile (`_reloading`). `ready` is called once it
    answers, with the private listener's URL and its health.

    Raises Refused where the node cannot be opened or would answer strangers, BrokenOff where an address cannot be
    used."""
    _allow_connections()
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        runner.run(_run(directory, host, port, ready))


def _allow_connections() -> None:
    """As many open files as the system lets this process have: each connection is one, and idle ones may be many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed; else None, for asyncio's own loop."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return loop


async def _run(directory: Path, host: str | None, port: int | None, ready: Ready) -> None:
    """The contexts end in the opposite order: no more requests, then no more work, then the node is closed."""
    stop, reload = asyncio.Event(), asyncio.Event()
    for number, event in ((signal.SIGINT, stop), (signal.SIGTERM, stop), (signal.SIGHUP, reload)):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    async with (
        Node.open(directory, workers=True) as node,
        _working(node) as work,
        _certified(node) as certificate,
        _reloading(node, certificate, reload),
        _listening(node, host, port, certificate) as url,
        _advertised(node, url),
        Supervisor.of(os.environ).told(),
    ):
        settle()
        ready(url, health(node))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({stopped, work}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()


def settle() -> None:
    """What there is once a node answers stays while it does: no later look for garbage walks through it, which took 100 ms."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


@asynccontextmanager
async def _certified(node: Node) -> AsyncIterator[Certificate | None]:
    """The certificate of `[listen]`, which is loaded again when it changes; None where there is none."""
    listen = node.config.listen
    if not listen.certificate:
        yield None
        return
    certificate = Certificate(node.directory, listen.certificate, listen.certificate_key)
    looking = asyncio.create_task(certificate.run(asyncio.sleep))
    try:
        yield certificate
    finally:
        looking.cancel()


@asynccontextmanager
async def _reloading(node: Node, certificate: Certificate | None, wanted: asyncio.Event) -> AsyncIterator[None]:
    """Whenever it is wanted: the certificate is loaded, if its files changed, and the issuer's keys are fetched for the next token.
    `node.toml` is read at the start alone."""

    async def reload() -> None:
        while await wanted.wait():
            wanted.clear()
            LOG.info("reloading: signal=SIGHUP")
            if certificate is not None:
                certificate.look()
            if node.access.issuer is not None:
                node.access.issuer.expire()

    reloading = asyncio.create_task(reload())
    try:
        yield
    finally:
        reloading.cancel()


@asynccontextmanager
async def _listening(
    node: Node, host: str | None, port: int | None, certificate: Certificate | None
) -> AsyncIterator[str]:
    """Answer requests at every listener that has an address. Its value is the private one's URL."""
    listen = node.config.listen
    private = listen.private
    private = Address(private.host if host is None else host, private.port if port is None else port)
    addresses = {Listener.PRIVATE: private, Listener.PUBLIC: listen.public, Listener.ADMIN: listen.admin}
    hosts = _hosts(node)
    if not node.access.principals.are_there:
        _refuse_open(addresses)
    async with AsyncExitStack() as stack:
        urls: dict[Listener, str] = {}
        answers = Answers()
        tls = certificate.context if certificate else None
        for listener, address in addresses.items():
            if address is not None:
                connections = Connections(listen.connections, listen.connections_each)
                answering_it = serving(
                    node,
                    address.host,
                    address.port,
                    listener=listener,
                    hosts=hosts,
                    tls=tls,
                    answers=answers,
                    connections=connections,
                )
                urls[listener] = await _answer(stack, listener.value, address, answering_it)
        if (exchange := node.partners.exchange) is not None:
            address = exchange.settings.listen
            app = make_exchange(node, exchange, time.time, hosts=hosts, answers=answers)
            connections = Connections(listen.connections, listen.connections_each)
            answering_it = answering(app, address.host, address.port, tls, connections)
            url = await _answer(stack, PACT, address, answering_it)
            LOG.info("listening: listener=%s url=%s", PACT, url)
        private_url = urls.pop(Listener.PRIVATE)
        for listener, url in urls.items():
            LOG.info("listening: listener=%s url=%s", listener.value, url)
        yield private_url


async def _answer(
    stack: AsyncExitStack, name: str, address: Address, listening: AbstractAsyncContextManager[str]
) -> str:
    """Begin to answer at an address, until the stack ends. Its value is the listener's URL."""
    try:
        return await stack.enter_async_context(listening)
    except OSError as error:
        reason = error.strerror or error
        raise BrokenOff(CANNOT_LISTEN(listener=name, address=address, reason=reason)) from error


def _hosts(node: Node) -> frozenset[str]:
    """The names of the node: those in `[listen]`, and that of its status lists."""
    public = urlsplit(node.config.status.url).hostname
    return frozenset(node.config.listen.hosts) | ({public} if public else frozenset())


def _refuse_open(addresses: Mapping[Listener, Address | None]) -> None:
    """Raise Refused where other machines could reach what needs a token, of a node that has none."""
    for listener in (Listener.PRIVATE, Listener.ADMIN):
        address = addresses[listener]
        if address is not None and not address.is_loopback:
            raise Refused(ACCESS_WITHOUT_TOKENS(listener=listener.value, address=address))


@asynccontextmanager
async def _working(node: Node) -> AsyncIterator[asyncio.Task[None]]:
    """The node's background work, as a task. A defect that ends it is raised when the context ends."""
    work = asyncio.create_task(node.run())
    try:
        yield work
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


@asynccontextmanager
async def _advertised(node: Node, url: str) -> AsyncIterator[None]:
    """Other commands on the directory find the service at `url`."""
    node.advertise(url)
    try:
        yield
    finally:
        node.advertise(None)
