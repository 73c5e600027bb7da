"""What a policy's line and a trust file may say of a Fabric channel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carbonseal.findings import Code, Finding, Refused
from carbonseal.ledger import TrustItem
from carbonseal_adapters.fabric.checking import codes
from carbonseal_adapters.fabric.checking.evidence import VERIFIER, Organisations
from carbonseal_adapters.fabric.gathering.trust import GATHERER
from tests.fabric.evidence.verdicts import SOUND, check
from tests.fabric.scenes.channels import Channel

NAME, OPTIONS = SOUND.ledger, SOUND.options


def refused(call: Callable[..., Any], *args: Any) -> Finding:
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value.finding


def test_a_line() -> None:
    pins = VERIFIER.pin(NAME, {**OPTIONS, "endorse": "1:PortMSP"})
    assert pins.attest == Organisations(2, frozenset({"MillMSP", "PortMSP"}))
    assert pins.endorse == Organisations(1, frozenset({"PortMSP"}))
    assert VERIFIER.pin(NAME, OPTIONS).endorse is None


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("config", "AB" * 32, codes.HASH_MALFORMED),
        ("config", "0x" + "ab" * 31, codes.HASH_MALFORMED),
        ("publisher", "ab", codes.HASH_MALFORMED),
        ("publisher", f"{'ab' * 32},{'ab' * 32}", codes.PUBLISHER_REPEATED),
        ("chaincode", "a/b", codes.CHAINCODE_MALFORMED),
        ("attest", "MillMSP", codes.ORGANISATIONS_MALFORMED),
        ("attest", "0:MillMSP", codes.ORGANISATIONS_MALFORMED),
        ("attest", "2:MillMSP", codes.ORGANISATIONS_MALFORMED),
        ("attest", "2:MillMSP,MillMSP", codes.ORGANISATIONS_MALFORMED),
        ("attest", "1:MillMSP,", codes.ORGANISATIONS_MALFORMED),
        ("attest", "01:MillMSP", codes.ORGANISATIONS_MALFORMED),
        ("endorse", "1:", codes.ORGANISATIONS_MALFORMED),
        ("key", "x", codes.OPTION_UNKNOWN),
    ],
)
def test_options_that_cannot_be_used(option: str, value: str, code: Code) -> None:
    found = refused(VERIFIER.pin, NAME, {**OPTIONS, option: value})
    assert (found.code, found.place) == (code, (option,))


@pytest.mark.parametrize("option", ["config", "chaincode", "attest", "publisher"])
def test_options_that_must_be_there(option: str) -> None:
    left = {name: value for name, value in OPTIONS.items() if name != option}
    assert refused(VERIFIER.pin, NAME, left).code is codes.OPTION_MISSING


@pytest.mark.parametrize("name", ["fabric:", "fabric:ab", NAME.upper(), NAME + "0", "other:" + "ab" * 32])
def test_names(name: str) -> None:
    assert refused(VERIFIER.pin, name, OPTIONS).code is codes.NAME_MALFORMED


# --- configuration blocks from files ---------------------------------------------------------------------------------


def test_a_configuration_block_is_pinned_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "config.block"
    file.write_bytes(SOUND.channel.block().SerializeToString())
    ((kind, value),) = GATHERER.pin(NAME, [str(file)])
    item = TrustItem(NAME, kind, value, "by hand", "2026-01-01T00:00:00Z")
    assert item.value == SOUND.trust().value
    assert check(SOUND).proved


def test_other_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.block"
    for raw in (b"", b"text", SOUND.block().SerializeToString(), bytes(5 << 20)):
        file.write_bytes(raw)
        assert refused(GATHERER.pin, NAME, [str(file)]).code is codes.FILE_MALFORMED
    file.write_bytes(Channel(name="other").block().SerializeToString())
    assert refused(GATHERER.pin, NAME, [str(file)]).code is codes.FILE_MALFORMED
    assert refused(GATHERER.pin, NAME, [str(tmp_path / "absent")]).code is codes.FILE_UNREADABLE
    assert refused(GATHERER.pin, NAME, ["a", "b"]).code is codes.FILE_UNREADABLE


def test_no_endpoint_is_asked() -> None:
    assert refused(GATHERER.source, "http://127.0.0.1").code is codes.NO_ENDPOINT
