"""Plug-ins: how code is found by name: built-in by a table, installed by an entry point (PyPA, "Entry points").

=====================  =====================================  ==========================================================
entry-point group      name of an entry                       object of an entry (see `carbonseal.api`)
=====================  =====================================  ==========================================================
carbonseal.ledgers     scheme of a ledger's URI: ``ethereum``  `Connect`: a coroutine function that gives a `Ledger`
carbonseal.evidence    scheme of a ledger's name: ``eip155``   `EvidenceVerifier`, with `scheme`
carbonseal.trust       scheme of a ledger's name: ``eip155``   `TrustGatherer`
carbonseal.profiles    id of a profile: ``pact/3.0``           `Profile`, with `id`
carbonseal.checks      name of a check: ``mass``              `Check`, with `name`
carbonseal.signers     scheme of a key's URI: ``pkcs11``      `SignerScheme`
carbonseal.commands    name of a command: ``demo``             a `click.Command`
=====================  =====================================  ==========================================================

Rules:

- A built-in name is found in the table below and imported when it is first asked for. Installed packages are not looked at: none
  can take a built-in name, and `carbonseal verify` does not pay for reading their metadata.
- A name that two installed packages offer is an error that names both (`plugin.conflict`).
- A plug-in that cannot be imported is an error with its package and the reason (`plugin.broken`); also where its import ends the
  program: no package's `sys.exit(0)` passes for a verdict.
- A package whose entry points cannot be read is an error that names it (`plugin.metadata`).
- What a plug-in gives is compared with the interface before it is used (`plugin.shape`).
- Packages that are installed while a process runs are not seen by it.

A package announces a plug-in in its pyproject.toml::

    [project.entry-points."carbonseal.profiles"]
    "foundry/1" = "foundry_profiles:FOUNDRY"

This module reads the metadata of installed packages and does no other input or output.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from carbonseal.findings import Refused, undetermined
from carbonseal.values import dataclass

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

PLUGIN_CONFLICT = undetermined(
    "plugin.conflict", "the {kind} {name} is offered by several packages: {packages}", "uninstall all but one of them"
)
PLUGIN_BROKEN = undetermined(
    "plugin.broken",
    "the {kind} {name} of the package {package} cannot be loaded: {reason}",
    "install what the package needs, or ask its authors",
)
PLUGIN_METADATA = undetermined(
    "plugin.metadata",
    "the entry points of the installed package {package} cannot be read: {reason}",
    "install the package again, or uninstall it",
)
PLUGIN_SHAPE = undetermined(
    "plugin.shape", "the {kind} {name} of the package {package} cannot be used: {problem}", "ask the package's authors"
)


@dataclass(frozen=True, slots=True)
class PluginGroup:
    """All plug-ins of one kind: those built in, and those of installed packages.

    >>> PROFILES.is_built_in("pact/3.0")
    True
    >>> EVIDENCE.find("no-such-scheme", object) is None
    True
    """

    group: str  # the entry-point group
    kind: str  # what errors call one of its plug-ins
    built_in: Mapping[str, str]  # name -> "module:attribute"
    name_member: str = ""  # the member of a plug-in that repeats its name, if there is one

    def is_built_in(self, name: str) -> bool:
        """Whether carbonseal itself brings the plug-in with this name."""
        return name in self.built_in

    def names(self) -> Sequence[str]:
        """The names of all plug-ins: the built-in ones in their order, then those of installed packages, sorted."""
        installed = {point.name for point in _entry_points(self.group)}
        return [*self.built_in, *sorted(installed - self.built_in.keys())]

    def package_of(self, name: str) -> str | None:
        """The installed package (distribution) that offers `name`, without loading it; None for a built-in name and for one
        that nobody offers. Raises `Refused` (`plugin.conflict`) where several packages do."""
        point = None if self.is_built_in(name) else self._installed(name)
        return None if point is None else _package(point)

    def find(self, name: str, interface: type) -> Any:
        """The plug-in with this name, loaded; None where there is none.

        `interface` is a Protocol, whose members the plug-in must have, or a class, of which it must be an instance. Raises
        `Refused` (`plugin.conflict`, `plugin.broken`, `plugin.shape`) for plug-ins of installed packages, and
        ModuleNotFoundError where a built-in one needs an extra that is not installed.
        """
        if self.is_built_in(name):
            return _built_in(self.built_in[name])
        point = self._installed(name)
        if point is None:
            return None
        facts = {"kind": self.kind, "name": name, "package": _package(point)}
        try:
            found = point.load()
            problem = shape_problem(found, interface) or self._name_problem(found, name)
        except (Exception, SystemExit) as error:
            raise Refused(PLUGIN_BROKEN(**facts, reason=f"{type(error).__name__}: {error}")) from error
        if problem:
            raise Refused(PLUGIN_SHAPE(**facts, problem=problem))
        return found

    def _installed(self, name: str) -> EntryPoint | None:
        points = [point for point in _entry_points(self.group) if point.name == name]
        if len(points) > 1:
            packages = ", ".join(sorted(_package(point) for point in points))
            raise Refused(PLUGIN_CONFLICT(kind=self.kind, name=name, packages=packages))
        return points[0] if points else None

    def _name_problem(self, found: object, name: str) -> str:
        own = getattr(found, self.name_member) if self.name_member else name
        return "" if own == name else f"its {self.name_member} is {own!r}"


LEDGERS = PluginGroup(
    "carbonseal.ledgers",
    "ledger adapter",
    {
        "ethereum": "carbonseal_adapters.ethereum.sending.ledger:connect",
        "fabric": "carbonseal_adapters.fabric.sending.ledger:connect",
        "tlog": "carbonseal_adapters.tlog.sending.ledger:connect",
    },
)
EVIDENCE = PluginGroup(
    "carbonseal.evidence",
    "evidence verifier",
    {
        "eip155": "carbonseal_adapters.ethereum.checking.evidence:VERIFIER",
        "fabric": "carbonseal_adapters.fabric.checking.evidence:VERIFIER",
        "tlog": "carbonseal_adapters.tlog.checking.evidence:VERIFIER",
    },
    "scheme",
)
TRUST = PluginGroup(
    "carbonseal.trust",
    "trust gatherer",
    {
        "eip155": "carbonseal_adapters.ethereum.gathering.trust:GATHERER",
        "fabric": "carbonseal_adapters.fabric.gathering.trust:GATHERER",
    },
)
PROFILES = PluginGroup(
    "carbonseal.profiles",
    "profile",
    {
        # A format that extends another comes before it: a document is recognised by the first.
        "tidas/1": "carbonseal.records.profiles.pact.tidas_1:PROFILE",
        "ileap/1": "carbonseal.records.profiles.pact.ileap_1:PROFILE",
        "pact/3.0": "carbonseal.records.profiles.pact.pact_3:PROFILE",
        "pact/2.3": "carbonseal.records.profiles.pact.pact_2:PROFILE",
        "catena-x/pcf-8": "carbonseal.records.profiles.catenax.pcf_8:PROFILE",
        "catena-x/pcf-9": "carbonseal.records.profiles.catenax.pcf_9:PROFILE",
        "catena-x/pcf-10": "carbonseal.records.profiles.catenax.pcf_10:PROFILE",
        "battery/1": "carbonseal.records.profiles.battery.battery_1:PROFILE",
        "aas/pcf-1.0": "carbonseal.records.profiles.aas.pcf_1:PROFILE",
        "untp/dpp-0.7": "carbonseal.records.profiles.untp.dpp_0_7:PROFILE",
        "untp/dpp-0.6": "carbonseal.records.profiles.untp.dpp_0_6:PROFILE",
        "epcis/2.0": "carbonseal.records.profiles.epcis.epcis_2:PROFILE",
        "ilcd-epd/1": "carbonseal.records.profiles.ilcd.epd_1:PROFILE",
        "activity/1": "carbonseal.records.profiles.activity.activity_1:PROFILE",
        "json/1": "carbonseal.records.profiles.generic:PROFILE",
        "file/1": "carbonseal.records.profiles.files:PROFILE",
        "credential/1": "carbonseal.records.profiles.generic:CREDENTIAL",
        "status-list/1": "carbonseal.records.profiles.generic:STATUS_LIST",
        "statement/1": "carbonseal.records.profiles.generic:STATEMENT",
        "accreditation/1": "carbonseal.records.profiles.generic:ACCREDITATION",
    },
    "id",
)
CHECKS = PluginGroup(
    "carbonseal.checks",
    "check",
    {  # within one record, between records, over lots
        "figures": "carbonseal.flow.checks.record.figures:CHECK",
        "total": "carbonseal.flow.checks.record.total:CHECK",
        "biogenic": "carbonseal.flow.checks.record.biogenic:CHECK",
        "validity": "carbonseal.flow.checks.record.validity:CHECK",
        "consistency": "carbonseal.flow.checks.record.consistency:CHECK",
        "exemption": "carbonseal.flow.checks.record.exemption:CHECK",
        "current": "carbonseal.flow.checks.chain.current:CHECK",
        "order": "carbonseal.flow.checks.chain.order:CHECK",
        "quantities": "carbonseal.flow.checks.chain.quantities:CHECK",
        "contributions": "carbonseal.flow.checks.chain.contributions:CHECK",
        "batch": "carbonseal.flow.checks.lots.batch:CHECK",
        "mass": "carbonseal.flow.checks.chain.mass:CHECK",
        "comparable": "carbonseal.flow.checks.chain.comparable:CHECK",
        "stages": "carbonseal.flow.checks.chain.stages:CHECK",
        "primary-data": "carbonseal.flow.checks.chain.primary_data:CHECK",
        "duplicate": "carbonseal.flow.checks.lots.duplicate:CHECK",
        "transport": "carbonseal.flow.checks.record.transport:CHECK",
    },
    "name",
)
SIGNERS = PluginGroup(
    "carbonseal.signers",
    "signer scheme",
    {
        "file": "carbonseal.keys.stored:SCHEME",
        "env": "carbonseal.keys.stored:SCHEME",
        "pkcs11": "carbonseal.keys.tokens:SCHEME",
        "web3signer": "carbonseal_adapters.ethereum.sending.signers.remote:SCHEME",
        "clef": "carbonseal_adapters.ethereum.sending.signers.remote:SCHEME",
    },
)
COMMANDS = PluginGroup(
    "carbonseal.commands",
    "command",
    {  # in the order in which one meets them
        "demo": "carbonseal_devnet.demo:command",
        "init": "carbonseal.cli.commands.operating.init:init",
        "records": "carbonseal.cli.commands.submitting.records:records",
        "seal": "carbonseal.cli.commands.operating.seal:seal",
        "anchor": "carbonseal.cli.commands.operating.anchor:anchor",
        "status": "carbonseal.cli.commands.operating.status:status",
        "passport": "carbonseal.cli.commands.issuing.passport:passport",
        "job": "carbonseal.cli.commands.issuing.job:job",
        "statement": "carbonseal.cli.commands.issuing.statement:statement",
        "accreditation": "carbonseal.cli.commands.issuing.accreditation:accreditation",
        "draft": "carbonseal.cli.commands.issuing.draft:draft",
        "policy": "carbonseal.cli.commands.verifying.policy:policy",
        "trust": "carbonseal.cli.commands.verifying.trust:trust",
        "fetch": "carbonseal.cli.commands.verifying.fetch:fetch",
        "verify": "carbonseal.cli.commands.verifying.verify:verify",
        "desk": "carbonseal.cli.commands.verifying.desk:desk",
        "examine": "carbonseal.cli.commands.verifying.examine:examine",
        "impact": "carbonseal.cli.products.impact:impact",
        "footprint": "carbonseal.cli.products.footprint:footprint",
        "backup": "carbonseal.cli.commands.operating.backup:backup",
        "restore": "carbonseal.cli.commands.operating.restore:restore",
        "fsck": "carbonseal.cli.commands.operating.fsck:fsck",
        "log": "carbonseal.cli.commands.operating.log:log",
        "witness": "carbonseal.cli.commands.operating.witness:witness",
        "token": "carbonseal.cli.commands.access.token:token",
        "audit": "carbonseal.cli.commands.access.audit:audit",
        "webhook": "carbonseal.cli.commands.operating.webhook:webhook",
        "key": "carbonseal.cli.commands.operating.key:key",
        "serve": "carbonseal.cli.commands.operating.serve:serve",
        "ethereum": "carbonseal_adapters.ethereum.sending.command:ethereum",
        "fabric": "carbonseal_adapters.fabric.sending.command:fabric",
    },
)
GROUPS = (LEDGERS, EVIDENCE, TRUST, PROFILES, CHECKS, SIGNERS, COMMANDS)


def installed_packages() -> list[str]:
    """The packages that plug in, carbonseal itself aside: name and version of each, sorted. Raises Refused
    (plugin.metadata)."""
    distributions = {point.dist for group in GROUPS for point in _entry_points(group.group) if point.dist}
    return sorted({f"{_name(one)} {_version(one)}" for one in distributions})


@cache
def _built_in(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)


def shape_problem(found: object, interface: type) -> str:
    """What `found` lacks of `interface` (see `PluginGroup.find`), in words; empty where it has everything.

    >>> from typing import Protocol
    >>> class Named(Protocol):
    ...     name: str
    >>> shape_problem(object(), Named)
    "it is an object without 'name'"
    """
    if not getattr(interface, "_is_protocol", False):
        return "" if isinstance(found, interface) else f"it is not a {interface.__name__}"
    if "__call__" in vars(interface) and not callable(found):
        return f"it is {_described(found)} that cannot be called"
    missing = [repr(name) for name in protocol_members(interface) if not hasattr(found, name)]
    return f"it is {_described(found)} without {', '.join(missing)}" if missing else ""


def protocol_members(protocol: type) -> Sequence[str]:
    """The public attributes and methods that a Protocol names, its base protocols' included, sorted."""
    names: set[str] = set()
    for base in protocol.__mro__:
        if base is not object and getattr(base, "_is_protocol", False):
            names |= {*vars(base), *vars(base).get("__annotations__", {})}
    return sorted(name for name in names if not name.startswith("_"))


def same_package(one: str, other: str) -> bool:
    """Whether two texts name one distribution: case, and runs of ``-``, ``_`` and ``.``, make no difference (PEP 503).

    >>> same_package("Acme.Ledgers", "acme-ledgers")
    True
    """
    return _normalized(one) == _normalized(other)


def _normalized(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _described(found: object) -> str:
    kind = type(found).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def _package(point: EntryPoint) -> str:
    return _name(point.dist) if point.dist else "(unknown)"


def _name(distribution: Distribution) -> str:
    try:
        names = distribution.metadata.get_all("Name", [""])
    except FileNotFoundError:  # it has no metadata, and `importlib_metadata`, which is loaded, reads for all
        return "(unknown)"
    return str(names[0]) or "(unknown)"


def _version(distribution: Distribution) -> str:
    try:
        return distribution.version
    except FileNotFoundError:
        return "(unknown)"


def _entry_points(group: str) -> Sequence[EntryPoint]:
    return _entry_points_on(group, tuple(sys.path))


@cache
def _entry_points_on(group: str, _path: tuple[str, ...]) -> Sequence[EntryPoint]:
    """The entry points of a group. Reading all metadata takes some 40 ms: once for each `sys.path` is enough."""
    from importlib.metadata import entry_points

    try:
        return tuple(entry_points(group=group))
    except Exception as error:  # for example, a file that is not text, or a line that is not an entry
        raise Refused(PLUGIN_METADATA(package=_unreadable(), reason=f"{type(error).__name__}: {error}")) from error


def _unreadable() -> str:
    """The installed package whose entry points cannot be read."""
    from importlib.metadata import distributions

    for distribution in distributions():
        try:
            _ = distribution.entry_points
        except Exception:  # noqa: BLE001 - any error is reported, with the package's name
            return _name(distribution)
    return "(unknown)"
