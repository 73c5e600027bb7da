"""Configuration updates of a channel: as clients propose, administrators sign and orderers apply them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from fabric_protos.common import common_pb2, configtx_pb2

from carbonseal_devnet.fabric import wire
from carbonseal_devnet.fabric.channel import Channel
from carbonseal_devnet.fabric.msp import Forbidden
from carbonseal_devnet.fabric.wire import Signer, decode, serialise

PARTS = ("groups", "values", "policies")
Path = tuple[str, ...]


def propose(channel: str, old: Any, new: Any, admins: Iterable[Signer]) -> bytes:
    """A ConfigUpdateEnvelope that turns the group `old` into `new`, signed. Versions in `new` needn't be right."""
    read, write = configtx_pb2.ConfigGroup(), configtx_pb2.ConfigGroup()
    _difference(old, new, read, write)
    update = serialise(configtx_pb2.ConfigUpdate(channel_id=channel, read_set=read, write_set=write))
    signatures = []
    for admin in admins:
        header = wire.signature_header(admin.serialized, os.urandom(24))
        signature = admin.sign(header + update)
        signatures.append(configtx_pb2.ConfigSignature(signature_header=header, signature=signature))
    return serialise(configtx_pb2.ConfigUpdateEnvelope(config_update=update, signatures=signatures))


def _difference(old: Any, new: Any, read: Any, write: Any) -> bool:
    """Fill both sets with what changes and what it depends on. Whether anything changes."""
    changed = False
    membership = any(set(getattr(old, part)) != set(getattr(new, part)) for part in PARTS)
    read.version, write.version = old.version, old.version + membership
    write.mod_policy = new.mod_policy if membership else ""
    for part in PARTS:
        before, after = getattr(old, part), getattr(new, part)
        for name in after:
            if name not in before:
                getattr(write, part)[name].CopyFrom(after[name])
            elif part == "groups":
                inner_read, inner_write = configtx_pb2.ConfigGroup(), configtx_pb2.ConfigGroup()
                inner = _difference(before[name], after[name], inner_read, inner_write)
                if inner or membership:
                    read.groups[name].CopyFrom(inner_read)
                    write.groups[name].CopyFrom(inner_write)
                changed |= inner
            elif not _same(before[name], after[name]):
                getattr(write, part)[name].CopyFrom(after[name])
                getattr(write, part)[name].version = before[name].version + 1
                changed = True
            elif membership:
                getattr(read, part)[name].version = before[name].version
                getattr(write, part)[name].CopyFrom(before[name])
    return changed or membership


def _same(before: Any, after: Any) -> bool:
    left, right = type(before)(), type(after)()
    left.CopyFrom(before)
    right.CopyFrom(after)
    left.version = right.version = 0
    return bool(left == right)


def apply(channel: Channel, update_envelope: bytes) -> Any:
    """The next Config. Raises Forbidden, or Malformed."""
    envelope = decode(configtx_pb2.ConfigUpdateEnvelope, update_envelope)
    update = decode(configtx_pb2.ConfigUpdate, envelope.config_update)
    if update.channel_id != channel.name:
        raise Forbidden(f"the update is for channel {update.channel_id}")
    current = dict(_items(channel.group, ("Channel",)))
    read = dict(_items(update.read_set, ("Channel",)))
    for path, item in read.items():
        if path not in current or current[path].version != item.version:
            raise Forbidden(f"the update read another version of {'/'.join(map(str, path))}")
    written = dict(_items(update.write_set, ("Channel",)))
    delta = {path: item for path, item in written.items() if path not in read or read[path].version != item.version}
    if not delta:
        raise Forbidden("the update changes nothing")
    signed = []
    for each in envelope.signatures:
        header = decode(common_pb2.SignatureHeader, each.signature_header)
        signed.append((header.creator, each.signature_header + envelope.config_update, each.signature))
    signers = channel.signers(signed)
    for path, item in delta.items():
        _authorise(channel, path, item, current, signers)
    group = _rebuild(("Channel",), {**current, **delta})
    return configtx_pb2.Config(sequence=channel.config.sequence + 1, channel_group=group)


def _items(group: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every element below a group, by path. Values and policies carry what they are before their name."""
    yield path, group
    for part in ("values", "policies"):
        for name, item in getattr(group, part).items():
            yield (*path, f"{part}:", name), item
    for name, inner in group.groups.items():
        yield from _items(inner, (*path, name))


def _authorise(channel: Channel, path: Path, item: Any, current: dict[Path, Any], signers: Sequence[Any]) -> None:
    if path not in current:
        if item.version:
            raise Forbidden(f"{'/'.join(path)} is new and must have version 0")
        return  # its group has changed too, and is checked
    existing = current[path]
    if item.version != existing.version + 1:
        raise Forbidden(f"{'/'.join(path)} must have version {existing.version + 1}")
    home = [step for step in path if ":" not in step]
    if len(home) < len(path):
        home.pop()  # a value or a policy is under its group's policies
    policy = existing.mod_policy
    absolute = policy if policy.startswith("/") else "/" + "/".join([*home, policy])
    if not channel.satisfied(absolute, signers):
        raise Forbidden(f"the policy {absolute} to change {'/'.join(path)} is not satisfied")


def _rebuild(path: Path, items: dict[Path, Any]) -> Any:
    source = items[path]
    made = configtx_pb2.ConfigGroup(version=source.version, mod_policy=source.mod_policy)
    for part in ("values", "policies"):
        for name in getattr(source, part):
            getattr(made, part)[name].CopyFrom(items[(*path, f"{part}:", name)])
    for name in source.groups:
        made.groups[name].CopyFrom(_rebuild((*path, name), items))
    return made


def config_envelope(channel: str, config: Any, update: bytes, orderer: Signer) -> bytes:
    """What the ordering service makes of an accepted update. `update` is the client's raw CONFIG_UPDATE envelope."""
    body = configtx_pb2.ConfigEnvelope(config=config, last_update=common_pb2.Envelope.FromString(update))
    return wire.envelope(common_pb2.CONFIG, channel, serialise(body), orderer)


def fingerprint(config: Any) -> bytes:
    """To compare configurations by."""
    return hashlib.sha256(serialise(config)).digest()
