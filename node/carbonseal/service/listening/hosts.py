"""By which names a service may be called: a page whose own name leads here (DNS rebinding) is, for the browser, at home here, and
could read what it likes. An IP address is no such name."""

from __future__ import annotations

from functools import lru_cache

from aiohttp import web

from carbonseal.findings import Refused
from carbonseal.node.listen_config import parse_address
from carbonseal.records.places import printable
from carbonseal.service import codes
from carbonseal.service.listening.entrance import Check


def host_check(names: frozenset[str]) -> Check:
    """A check that refuses requests for another name than these and IP addresses (http.wrong-host)."""

    @lru_cache(maxsize=256)  # every request has a host, and there are few
    def is_own(host: str) -> bool:
        address = parse_address(host) or parse_address(f"{host}:0")
        return address is not None and (address.is_ip or address.host in names)

    def check_host(request: web.Request) -> None:
        hosts = request.headers.getall("Host", ())
        if len(hosts) != 1 or not is_own(hosts[0]):
            raise Refused(codes.WRONG_HOST(host=printable(", ".join(hosts)) or "no host"))

    return check_host
