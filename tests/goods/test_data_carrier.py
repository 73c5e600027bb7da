"""Data carriers: what is written is read again, by others' code too; the digest decides, and what else an address says is told."""

from __future__ import annotations

import biip
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Refused
from carbonseal.goods.data_carrier import DataCarrier, Stated, carrier_address, check_carrier, parse_carrier
from carbonseal.goods.digital_link import GS1_82
from carbonseal.goods.serials import SerialRange, Serials
from tests.goods.test_digital_link import GTIN, bases

DIGEST = bytes(range(32))
texts = st.text(st.sampled_from(sorted(GS1_82)), max_size=20)


@given(bases, texts, texts)
def test_an_address_says_what_was_written_into_it(base: str, lot: str, serial: str) -> None:
    address = carrier_address(base, DIGEST, GTIN, lot, serial)
    assert parse_carrier(address) == DataCarrier(address, DIGEST, GTIN, lot, serial)
    assert address.startswith(f"{base}/01/{GTIN}")


@given(texts.filter(bool), texts.filter(bool))
def test_biip_reads_the_same_goods(lot: str, serial: str) -> None:
    read = biip.parse(carrier_address("https://id.example.com", DIGEST, GTIN, lot, serial))
    assert read.gs1_digital_link_uri is not None
    found = {element.ai.ai: element.value for element in read.gs1_digital_link_uri.element_strings}
    assert found == {"01": GTIN, "10": lot, "21": serial}
    assert read.gtin is not None
    assert read.gtin_error is None


@given(bases)
def test_a_product_without_gtin_has_a_plain_address(base: str) -> None:
    address = carrier_address(base + "/", DIGEST, lot="L", serial="S")
    assert address == f"{base}/p/{DIGEST.hex()}"
    assert parse_carrier(address) == DataCarrier(address, DIGEST)
    assert parse_carrier(address + ".json").digest == DIGEST
    assert biip.parse(address).gs1_digital_link_uri is None


@pytest.mark.parametrize("gtin", [GTIN, ""])
def test_an_address_is_no_longer_than_one_that_is_read(gtin: str) -> None:
    with pytest.raises(Refused, match=r"goods\.malformed"):
        carrier_address(f"https://id.example/{'a' * 1970}", DIGEST, gtin)


@pytest.mark.parametrize(
    "base",
    [
        "http://id.example",
        "https://",
        "https://ID.example",
        "https://u@id.example",
        "id",
        "",
        "https://id.example/?a=b",
    ],
)
@pytest.mark.parametrize("gtin", [GTIN, ""])
def test_labels_lead_to_https_alone(base: str, gtin: str) -> None:
    with pytest.raises(Refused, match=r"goods\.malformed"):
        carrier_address(base, DIGEST, gtin)


@pytest.mark.parametrize(
    "address",
    [
        f"https://id.example/01/{GTIN}",
        f"https://id.example/01/{GTIN}?digest=",
        f"https://id.example/01/{GTIN}?digest={DIGEST.hex()[:-1]}",
        f"https://id.example/01/{GTIN}?digest={DIGEST.hex().upper()}",
        f"https://id.example/01/{GTIN}?digest={DIGEST.hex()}&digest={DIGEST.hex()}",
        f"https://id.example/01/{GTIN}?DIGEST={DIGEST.hex()}",
        f"https://id.example/01/{GTIN[:-1]}1?digest={DIGEST.hex()}",
        f"https://id.example/p/{DIGEST.hex()}?digest={'0' * 64}",
        f"https://id.example/p/{DIGEST.hex()}/more",
        f"https://id.example/p/{DIGEST.hex()}#digest={DIGEST.hex()}",
        f"https://id.example/{DIGEST.hex()}",
        f"https://user@id.example/p/{DIGEST.hex()}",
        f"https://id.example/p /{DIGEST.hex()}",
        f"ftp://id.example/p/{DIGEST.hex()}",
        f"https:///p/{DIGEST.hex()}",
        f"https://id.example/{'a' * 2000}/p/{DIGEST.hex()}",
        DIGEST.hex(),
        "",
    ],
)
def test_what_is_no_address_with_a_digest(address: str) -> None:
    with pytest.raises(Refused, match=r"goods\."):
        parse_carrier(address)


@given(st.text(st.characters(max_codepoint=0x2FF), max_size=90))
def test_whatever_is_scanned_is_read_or_refused(tail: str) -> None:
    try:
        carrier = parse_carrier(f"https://id.example/p/{tail}")
    except Refused as refused:
        assert refused.finding.code.name.startswith("goods.")
    else:
        assert carrier.digest.hex() in tail


def found(carrier: DataCarrier, stated: Stated, root: bytes = DIGEST) -> dict[str, list[str]]:
    """What each code is said of."""
    told: dict[str, list[str]] = {}
    for finding in check_carrier(carrier, root, stated):
        told.setdefault(finding.code.name, []).append(str(finding.facts.get("what", "")))
    return told


LABEL = parse_carrier(carrier_address("https://id.example", DIGEST, GTIN, "L-7", "0001"))


def test_goods_that_are_those_of_the_passport() -> None:
    stated = Stated(["urn:example:reader", f"https://id.gs1.org/01/{GTIN}"], "L-7", Serials(("0000", "0001")))
    assert found(LABEL, stated) == {"carrier.digest": [""]}
    assert found(DataCarrier("5f", DIGEST), Stated([])) == {"carrier.digest": [""]}


def test_goods_that_the_passport_does_not_state() -> None:
    """Honest: a passport of a whole product, and a label on each piece of it."""
    assert found(LABEL, Stated(["urn:example:reader"])) == {
        "carrier.digest": [""],
        "carrier.not-stated": ["GTIN", "lot", "serial number"],
    }


def test_the_label_of_other_goods() -> None:
    stated = Stated(["urn:gtin:4006381333931"], "L-8", Serials(("0002",), (SerialRange("0003", "0005"),)))
    assert found(LABEL, stated) == {
        "carrier.digest": [""],
        "carrier.other-goods": ["GTIN", "lot", "serial number"],
    }


def test_of_another_passport_nothing_more_is_said() -> None:
    assert found(LABEL, Stated(["urn:gtin:4006381333931"], "L-8"), bytes(32)) == {"carrier.other-passport": [""]}
