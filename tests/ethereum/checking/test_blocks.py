"""How many sources name a block: pure, from a trust as a file may have it."""

from __future__ import annotations

import gc
from dataclasses import replace
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Code, Refused
from carbonseal.ledger import Statement, TrustItem, TrustItems
from carbonseal_adapters.ethereum.checking import codes
from carbonseal_adapters.ethereum.checking.blocks import review, source_identity
from carbonseal_adapters.ethereum.checking.evidence import VERIFIER
from carbonseal_adapters.ethereum.gathering.endpoints import origin
from carbonseal_devnet.ethereum.evidence import synthesise

NAME = "eip155:1"
STATEMENT = Statement(b"\x01" * 32, 42, b"\x02" * 32)
MADE = synthesise(STATEMENT, account_nodes=2, storage_nodes=1, number=100)
TRUE, FALSE, OTHER = "0x" + MADE.hash.hex(), "0x" + "99" * 32, "0x" + "77" * 32
GENESIS = MADE.options["genesis"]


def claim(source: str, digest: str = TRUE, number: int = 100) -> TrustItem:
    return TrustItem(NAME, "block", {"number": number, "hash": digest}, source, "2026-01-01T00:00:00Z")


def check(*trust: TrustItem, agree: str = "1", block0: bool = True) -> tuple[list[Code], bool]:
    """The codes found, and whether the anchor is proved. With `block0`, every source names the genesis too."""
    if block0:
        spoken = {item.source for item in trust if item.value["number"] == 0}
        trust = *trust, *(claim(item.source, GENESIS, 0) for item in trust if item.source not in spoken)
    checked = VERIFIER.check(MADE.evidence, STATEMENT, VERIFIER.pin(NAME, {**MADE.options, "agree": agree}), trust)
    return [finding.code for finding in checked.findings], checked.proved is not None


def test_as_many_must_agree_as_the_policy_asks() -> None:
    a, b, c = claim("https://a.example"), claim("https://b.example"), claim("A. Miller")
    assert check(a, agree="1") == ([codes.ANCHORED], True)
    assert check(a, agree="2") == ([codes.AGREEMENT_LACKING], False)
    assert check(a, b, agree="2") == ([codes.ANCHORED], True)
    assert check(a, b, agree="3") == ([codes.AGREEMENT_LACKING], False)
    assert check(a, b, c, agree="3") == ([codes.ANCHORED], True)
    assert check(agree="2") == ([codes.BLOCK_NOT_PINNED], False)


def test_a_liar_is_outvoted_and_named() -> None:
    liar = claim("https://liar.example", FALSE)
    trust = [claim("https://a.example"), liar, claim("https://b.example")]
    assert check(*trust, agree="2") == ([codes.ANCHORED, codes.ENDPOINT_OUTVOTED], True)
    block0 = [claim(item.source, GENESIS, 0) for item in trust]
    pins = VERIFIER.pin(NAME, {**MADE.options, "agree": "2"})
    checked = VERIFIER.check(MADE.evidence, STATEMENT, pins, [*trust, *block0])
    assert checked.proved is not None
    assert checked.proved.trusted == (trust[0], trust[2], block0[0], block0[2]), "the verdict rests on no liar"
    assert "https://liar.example names 0x9999" in checked.findings[1].message


def test_a_liar_who_backs_forged_evidence_is_named_too() -> None:
    """The evidence rests on what one endpoint says, and two others say otherwise."""
    trust = claim("https://friend.example"), claim("https://a.example", FALSE), claim("https://b.example", FALSE)
    assert check(*trust, agree="2") == ([codes.BLOCK_DIFFERS, codes.ENDPOINT_OUTVOTED], False)
    block0 = [claim(item.source, GENESIS, 0) for item in trust]
    pins = VERIFIER.pin(NAME, {**MADE.options, "agree": "2"})
    checked = VERIFIER.check(MADE.evidence, STATEMENT, pins, [*trust, *block0])
    assert checked.findings[1].facts["source"] == "https://friend.example"


def test_two_hashes_with_as_many_sources_each_prove_nothing() -> None:
    one, two = claim("https://a.example"), claim("https://b.example", FALSE)
    assert check(one, two) == ([codes.TRUST_CONTRADICTS], False)
    assert check(one, two, agree="2") == ([codes.AGREEMENT_LACKING], False)
    four = one, two, claim("https://c.example"), claim("https://d.example", FALSE)
    assert check(*four, agree="2") == ([codes.TRUST_CONTRADICTS], False)
    majority = *four, claim("https://e.example")
    assert check(*majority, agree="2") == ([codes.TRUST_CONTRADICTS], False), "k of them lie: no majority mends that"
    assert check(*majority, agree="3") == ([codes.ANCHORED, *[codes.ENDPOINT_OUTVOTED] * 2], True)
    three = one, two, claim("https://c.example", OTHER)
    assert check(*three, agree="2") == ([codes.AGREEMENT_LACKING], False)


def test_one_endpoint_under_two_spellings_is_one_source() -> None:
    spellings = (
        "https://rpc.example",
        "http://rpc.example",
        "HTTPS://RPC.Example/",
        "https://rpc.example:443",
        "http://rpc.example:80/v2/key",
        "https://user:secret@rpc.example?key=1",
        "https://rpc.example.#fragment",
        "https://rpc.example:0443",
    )
    assert {source_identity(spelling) for spelling in spellings} == {"rpc.example"}
    assert check(*map(claim, spellings), agree="2") == ([codes.AGREEMENT_LACKING], False)
    assert source_identity("http://[::1]:8545") == source_identity("http://[0:0:0:0:0:0:0:1]:8545/") == "::1 port 8545"
    assert source_identity("http://127.0.0.1:8545") != source_identity("http://127.0.0.1:8546")
    assert source_identity("A. Miller") == source_identity("  a.  MILLER ")
    assert source_identity("asked https://rpc.example by hand") != source_identity("https://rpc.example")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "0177.0.0.01",
        "017700000001",
        "[::ffff:127.0.0.1]",
        "[::FFFF:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:0001%25eth0]",
        "127.0.0.%31",
        "127.0.0.1.",
        "user@127.0.0.1",
    ],
)
def test_one_address_in_all_spellings_that_systems_take(host: str) -> None:
    assert (
        source_identity(f"http://{host}:8545/key") == source_identity(f"http://{host}%3a8545") == "127.0.0.1 port 8545"
    )
    assert source_identity(f"https://{host}") == "127.0.0.1"
    given = claim("http://127.0.0.1:8545"), claim(f"http://{host}:8545")
    assert check(*given, agree="2") == ([codes.AGREEMENT_LACKING], False)


@pytest.mark.parametrize(
    "host", ["256.1.1.1.", "1.2.3.4.5", "1.2.3.256", "0x1.0xg", "4294967296", "08.1", "1..2", "0x"]
)
def test_numbers_that_are_no_address(host: str) -> None:
    assert source_identity(f"http://{host}") == host.removesuffix(".")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.%31", "http://127.0.0.1%3a8545", "http://rp%63.example/"])
def test_hosts_with_escapes_are_not_asked(endpoint: str) -> None:
    with pytest.raises(Refused) as refused:
        origin(endpoint)
    assert refused.value.finding.code is codes.ENDPOINT_MALFORMED


@given(st.text(max_size=40))
def test_every_text_is_some_source(text: str) -> None:
    assert isinstance(source_identity(text), str)
    assert isinstance(source_identity("https://" + text), str)


@given(
    st.sampled_from(["http", "https"]),
    st.sampled_from(["rpc.example", "RPC.example.", "127.0.0.1", "[::1]", "bücher.example"]),
    st.sampled_from(["", ":80", ":443", ":8545"]),
    st.sampled_from(["", "/", "/v3/0123456789abcdef", "?key=secret"]),
    st.sampled_from(["", "user@", "user:password@"]),
)
def test_what_is_stored_of_an_address_has_one_spelling_and_no_key(
    scheme: str, host: str, port: str, rest: str, user: str
) -> None:
    stored = origin(f"{scheme.upper()}://{user}{host}{port}{rest}")
    assert origin(stored) == stored
    assert not {"@", "?", "secret", "password", "0123456789abcdef"} & {*stored, stored[8:]}
    assert stored.count("/") == 2
    if host != "bücher.example":
        assert source_identity(stored) == source_identity(f"{scheme}://{user}{host}{port}{rest}")


def test_a_source_of_another_chain_does_not_count() -> None:
    stranger = claim("https://b.example", FALSE, 0)
    two = claim("https://a.example"), claim("https://b.example")
    assert check(*two, agree="2") == ([codes.ANCHORED], True)
    assert check(*two, stranger, agree="2") == ([codes.AGREEMENT_LACKING, codes.TRUST_OTHER_CHAIN], False)
    assert check(*two, stranger) == ([codes.ANCHORED, codes.TRUST_OTHER_CHAIN], True)
    spelled = replace(stranger, source="HTTP://B.example:80")
    assert check(*two, spelled, agree="2")[1] is False


def test_a_source_that_does_not_name_block_0_does_not_count() -> None:
    a, b = claim("https://a.example"), claim("https://b.example")
    first = claim("https://a.example", GENESIS, 0)
    assert check(a, b, block0=False) == ([codes.GENESIS_MISSING] * 2, False)
    assert check(a, b, first, block0=False) == ([codes.ANCHORED, codes.GENESIS_MISSING], True)
    assert check(a, b, first, agree="2", block0=False) == ([codes.AGREEMENT_LACKING, codes.GENESIS_MISSING], False)
    spelled = claim("http://B.example:80/key", GENESIS, 0)
    assert check(a, b, first, spelled, agree="2", block0=False) == ([codes.ANCHORED], True)
    liar = claim("https://liar.example", FALSE)
    assert check(a, first, liar, block0=False) == ([codes.ANCHORED, codes.GENESIS_MISSING], True)
    assert check(first, block0=False) == ([codes.BLOCK_NOT_PINNED], False)


def test_a_source_that_names_two_blocks_0_does_not_count() -> None:
    torn = claim("https://a.example"), claim("https://a.example", GENESIS, 0), claim("https://a.example", FALSE, 0)
    assert check(*torn) == ([codes.TRUST_OTHER_CHAIN], False)


def test_an_endpoint_that_says_two_things() -> None:
    torn = claim("https://a.example"), claim("https://a.example", FALSE)
    assert check(*torn) == ([codes.TRUST_CONTRADICTS], False)
    assert check(*torn, claim("https://b.example"), agree="2") == ([codes.ANCHORED, codes.ENDPOINT_OUTVOTED], True)


def test_a_malformed_item_is_the_verifiers_own_to_mend() -> None:
    assert check(claim("https://a.example"), claim("https://b.example", "0x66"), agree="1") == (
        [codes.TRUST_MALFORMED],
        False,
    )


def test_a_review_finds_what_a_verdict_would() -> None:
    sources = "https://a.example", "https://b.example", "https://liar.example"
    items = [claim(sources[0]), claim(sources[1]), claim(sources[2], FALSE)]
    items += [claim(source, GENESIS, 0) for source in sources]
    genesis = bytes.fromhex(GENESIS[2:])
    for pinned in (None, genesis):
        agreed = review(NAME, items, 2, pinned)
        assert not agreed.lacking
        assert [finding.code for finding in agreed.remarks] == [codes.ENDPOINT_OUTVOTED]
        assert [finding.code for finding in review(NAME, items, 3, pinned).lacking] == [codes.AGREEMENT_LACKING]
        assert [finding.code for finding in review(NAME, items, 1, pinned).lacking] == [codes.TRUST_CONTRADICTS]
    assert not review("eip155:5", items, 3).lacking
    assert [finding.facts["number"] for finding in review(NAME, items, 4).lacking] == ["0", "100"]
    assert [finding.facts["number"] for finding in review(NAME, items, 4, genesis).lacking] == ["100"]
    without = [*items, claim("A. Miller"), claim("A. Miller", number=99)]
    lacking = review(NAME, without, 2, genesis)
    assert [finding.facts["number"] for finding in lacking.lacking] == ["99"]
    assert [finding.code for finding in lacking.remarks] == [codes.ENDPOINT_OUTVOTED, codes.GENESIS_MISSING]
    assert lacking.remarks[1].facts["source"] == "A. Miller"
    with pytest.raises(Refused) as refused:
        review(NAME, [claim("https://a.example", "0x66")], 1)
    assert refused.value.finding.code is codes.TRUST_MALFORMED


@pytest.mark.parametrize("agree", ["", "0", "00", "-1", "1.0", "100", "two", "٢", "2\n"])
def test_agree_is_a_number(agree: str) -> None:
    with pytest.raises(Refused) as refused:
        VERIFIER.pin(NAME, {**MADE.options, "agree": agree})
    assert refused.value.finding.code is codes.AGREE_MALFORMED
    assert refused.value.finding.place == ("agree",)


voters = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([TRUE, FALSE, OTHER])), max_size=12)


@given(voters, st.integers(1, 4))
def test_fewer_liars_than_must_agree_never_prevail(words: list[tuple[int, str]], agree: int) -> None:
    """Whatever is in the trust: what is proved is named by k sources, and nothing else is."""
    trust = [claim(f"https://host{who}.example", digest) for who, digest in words]
    _, proved = check(*trust, agree=str(agree))
    backed = {digest: {who for who, said in words if said == digest} for digest in (TRUE, FALSE, OTHER)}
    assert proved == ([len(backed[digest]) >= agree for digest in (TRUE, FALSE, OTHER)] == [True, False, False])


def test_finding_an_item_looks_at_few() -> None:
    items = TrustItems([claim("https://a.example", TRUE, number) for number in range(1000)])
    assert [item.value["number"] for item in items.having("block", "number", 7)] == [7]
    assert items.having("block", "number", 5000) == items.having("header", "number", 7) == ()
    assert TrustItems.of(items) is items
    assert (len(items), items[3], items[1:3]) == (1000, list(items)[3], (items[1], items[2]))
    odd = TrustItems([TrustItem(NAME, "block", {"number": [7]}, "", ""), TrustItem(NAME, "block", {}, "", "")])
    assert odd.having("block", "number", 7) == ()


def test_what_is_known_of_a_trust_is_of_one_genesis_and_goes_with_it() -> None:
    items = TrustItems([claim("A. Miller"), claim("A. Miller", GENESIS, 0)])
    for genesis, is_proved in ((GENESIS, True), (OTHER, False), (GENESIS, True)):
        pins = VERIFIER.pin(NAME, {**MADE.options, "genesis": genesis})
        assert (VERIFIER.check(MADE.evidence, STATEMENT, pins, items).proved is not None) is is_proved
    kept = ref(items)
    del items
    gc.collect()
    assert kept() is None
