"""Product credentials as UNTP passports: the same figures, nothing made up, and what was left out is told."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.exports import dpp_0_7
from carbonseal.exports.links import digest_multibase
from carbonseal.findings import Refused
from carbonseal.footprints.export.exported import Exported
from carbonseal.footprints.figures import read_decimal
from carbonseal.passport.credentials import StatusEntry
from carbonseal.passport.products import Classification, Facility
from carbonseal.passport.status_lists import STATUS_LIST, draft_status_list
from carbonseal.records import strict
from carbonseal.records.profiles import lookup
from tests.flow.chains import ISSUED, SALT, Chain, Made, footprint, used
from tests.records.profiles.epcis.examples import SMELTING
from tests.records.profiles.tidas_1.test_tidas_1 import RESULT
from tests.world import Issuer, key

WORKS = Facility("https://works.example/1", "Works 1", "DE")
CODES = (Classification("urn:carbonseal:hs:2022", "850760"),)
TOTAL = "urn:carbonseal:metric:carbon-footprint-excluding-biogenic-uptake"


def product(chain: Chain, name: str = "door reader", total: str = "7.70", **given: Any) -> Made:
    return chain.product(name, total, **{"facility": WORKS, "classifications": CODES, **given})


def copied(made: Made, chain: Chain) -> Exported:
    return dpp_0_7.export(chain.passport(made), lookup)


def claims(made: Made, chain: Chain) -> list[Any]:
    return list(copied(made, chain).document["credentialSubject"]["performanceClaim"])


def measures(document: Any) -> dict[str, Any]:
    (claim,) = document["credentialSubject"]["performanceClaim"]
    return {one["metric"]["id"]: one["measure"] for one in claim["claimedPerformance"]}


def test_a_product_and_its_figure() -> None:
    chain = Chain()
    cell = chain.product("cell", "0.25")
    made = product(chain, parts=[used(cell, "2")], mass="0.3")
    found = copied(made, chain)
    document, subject = found.document, found.document["credentialSubject"]
    signed = made.credential.signed
    assert (document["id"], document["issuer"]["id"]) == (signed.id, "did:web:maker.example")
    assert document["validFrom"] == "2026-03-01T00:00:00Z"
    assert "proof" not in document
    assert subject["producedAtFacility"] == {"type": ["Facility"], "id": WORKS.id, "name": "Works 1"}
    assert subject["countryOfProduction"] == {"countryCode": "DE"}
    assert subject["productCategory"] == [
        {"code": "850760", "name": "850760", "schemeId": "urn:carbonseal:hs:2022", "schemeName": "HS 2022"}
    ]
    assert (subject["idGranularity"], subject["idScheme"]["name"]) == ("model", "URN namespace product")
    assert measures(document)[TOTAL] == {"value": 7.7, "unit": "KGM"}
    (claim,) = subject["performanceClaim"]
    assert claim["claimedPerformance"][0]["metric"]["name"] == (
        "carbon footprint, excluding biogenic uptake, modules A1-A3 of EN 15804, kg CO2e per 1 piece"
    )
    assert claim["applicablePeriod"] == {
        "startDate": "2025-01-01",
        "endDate": "2025-12-31",
        "periodInformation": "from 2025-01-01T00:00:00Z to before 2026-01-01T00:00:00Z",
    }
    assert claim["claimDate"] == "2026-02-01"
    assert claim["evidence"][0]["digestMultibase"] == digest_multibase(signed.records[0].commitment)
    original, component = subject["relatedDocument"]
    assert original["digestMultibase"] == digest_multibase(signed.digest)
    assert component["digestMultibase"] == digest_multibase(cell.digest)
    assert component["linkName"] == "component, 2 piece per 1 piece, used: cell"


def test_a_scheme_that_is_not_known_has_its_uri_for_a_name() -> None:
    chain = Chain()
    schemes = ["urn:example:cn", "urn:carbonseal:hs:2021", "urn:carbonseal:hs"]
    found = copied(product(chain, classifications=[Classification(one, "850760") for one in schemes]), chain)
    assert [one["schemeName"] for one in found.document["credentialSubject"]["productCategory"]] == schemes


def test_the_copy_says_that_it_is_one() -> None:
    chain = Chain()
    made = product(chain)
    found = copied(made, chain)
    description = found.document["credentialSubject"]["description"]
    assert description.startswith("Unsigned copy")
    assert made.digest.hex() in description
    assert found.document["name"].endswith("(unsigned copy)")
    assert any(line.startswith("the signature, the seals") for line in found.lost)
    assert "zeros at the end of printed figures, which say how exactly they are known" in found.lost
    assert "issuer.name: the issuer's id, as the credential states no name" in found.assumed


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"facility": None}, "facility"),
        ({"classifications": ()}, "classifications"),
        ({"facility": None, "classifications": ()}, "facility and classifications"),
    ],
)
def test_what_the_form_demands_is_not_made_up(given: dict[str, Any], names: str) -> None:
    chain = Chain()
    with pytest.raises(Refused) as caught:
        copied(product(chain, **given), chain)
    assert caught.value.finding.code.name == "export.not-stated"
    assert caught.value.finding.facts["names"] == names
    assert "did:web:maker.example" in caught.value.finding.remedy


def test_a_value_that_has_no_place_in_the_form_is_refused_where_it_stands() -> None:
    chain = Chain()
    with pytest.raises(Refused) as caught:
        copied(product(chain, facility=Facility("urn:x:%zz", "Works", "DE"), subject="urn:a:<b>"), chain)
    assert caught.value.finding.code.name.startswith("record.")
    assert caught.value.finding.place == ("/credentialSubject/id",)


def test_lots_and_pieces() -> None:
    chain = Chain()
    lot = copied(product(chain, batch=("L-7", "500", "piece"), serials=["a", "b"]), chain)
    subject = lot.document["credentialSubject"]
    assert (subject["idGranularity"], subject["batchNumber"]) == ("batch", "L-7")
    assert "itemNumber" not in subject
    assert "the serial numbers of the lot, 2" in lot.lost
    piece = copied(product(chain, batch=("L-8", "1.0", "EA"), serials=["0001"]), chain).document["credentialSubject"]
    assert (piece["idGranularity"], piece["itemNumber"], piece["batchNumber"]) == ("item", "0001", "L-8")
    of_many = copied(product(chain, batch=("L-9", "2", "piece"), serials=["0001"]), chain)
    assert of_many.document["credentialSubject"]["idGranularity"] == "batch"


def test_one_status_of_two() -> None:
    chain = Chain()
    status = (StatusEntry("suspension", "urn:example:s", 3), StatusEntry("revocation", "https://a.example/1", 131_071))
    found = copied(product(chain, status=status), chain)
    entry = found.document["credentialStatus"]
    assert entry["statusListIndex"] == 131_071
    assert (entry["statusPurpose"], entry["statusListCredential"]) == ("revocation", "https://a.example/1")
    assert "where a suspension would be told" in found.lost


def test_what_was_revoked_is_not_copied() -> None:
    chain = Chain()
    made = product(chain, status=(StatusEntry("revocation", "urn:example:list", 7),))

    def with_list(*positions: int, issuer: Issuer = chain.maker) -> Exported:
        until = ISSUED + timedelta(days=7)
        listed = draft_status_list(
            id="urn:example:list", issuer=issuer.id, positions=positions, valid_from=ISSUED, valid_until=until
        )
        one = STATUS_LIST.carry(issuer.sign(listed), SALT)
        return dpp_0_7.export(replace(chain.passport(made), status_lists={one.signed.digest: one}), lookup)

    assert with_list(8).document == with_list(7, issuer=Issuer("did:web:other.example", key("other"))).document
    with pytest.raises(Refused) as caught:
        with_list(7)
    assert caught.value.finding.code.name == "export.withdrawn"
    assert caught.value.finding.facts["since"] == "2026-03-01T00:00:00Z"


def test_a_withheld_footprint_is_no_claim() -> None:
    chain = Chain()
    found = copied(product(chain, withheld=True), chain)
    assert found.document["credentialSubject"]["performanceClaim"] == []
    assert any("is withheld" in line for line in found.lost)


def test_what_else_is_lost_is_told() -> None:
    chain = Chain()
    stages = {"A4": footprint("transport", "0.4")}
    found = copied(product(chain, stages=stages, identifiers=["urn:gtin:4012345678901"]), chain)
    assert "figures of stages beyond the factory gate: 1 records" in found.lost
    assert "other identifiers of the product: urn:gtin:4012345678901" in found.lost
    tidas = copied(product(chain, document=copy.deepcopy(RESULT), profile="tidas/1"), chain)
    assert "quantities of what went in and came out" in tidas.lost


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("https://id.gs1.org/01/09506000134352", "GS1 Digital Link"),
        ("https://maker.example/products/01", "URI scheme https"),
        ("did:web:maker.example:reader", "URI scheme did"),
        ("urn:GTIN:9506000134352", "URN namespace gtin"),
    ],
)
def test_the_scheme_of_an_id_is_told_by_its_form(subject: str, name: str) -> None:
    chain = Chain()
    found = copied(product(chain, subject=subject), chain)
    assert found.document["credentialSubject"]["idScheme"]["name"] == name
    assert f"idScheme: {name}, by the form of the product's id" in found.assumed


def test_periods_within_days_and_beyond_all_dates() -> None:
    chain = Chain()
    start, end = "2025-01-01T08:00:00+02:00", "2025-01-03T08:00:00Z"
    (claim,) = claims(product(chain, referencePeriodStart=start, referencePeriodEnd=end), chain)
    assert claim["applicablePeriod"] == {
        "startDate": "2025-01-01",
        "endDate": "2025-01-03",
        "periodInformation": "from 2025-01-01T06:00:00Z to before 2025-01-03T08:00:00Z",
    }
    early = "0001-01-01T00:00:00+14:00"
    made = product(chain, referencePeriodStart=early, referencePeriodEnd=early)
    (claim,) = claims(made, chain)
    assert "applicablePeriod" not in claim
    assert "the reference period, which has no two days" in copied(made, chain).lost


def test_a_record_without_figures_is_no_claim() -> None:
    chain = Chain()
    made = product(chain, document=SMELTING, profile="epcis/2.0")
    assert claims(made, chain) == []
    assert "the carbon footprint: the record states no figures that can be read" in copied(made, chain).lost


def test_the_issuer_has_the_name_that_its_own_record_gives_it() -> None:
    chain = Chain(Issuer("urn:company:example:maker", key("maker")))
    found = copied(product(chain, edit=lambda it: it.update(companyName="Maker Ltd")), chain)
    assert found.document["issuer"]["name"] == "Maker Ltd"
    assert not any(line.startswith("issuer.name") for line in found.assumed)


NAMES = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x2FF, exclude_categories=["Cc"]), min_size=1, max_size=40
)


@given(
    total=st.from_regex(r"[0-9]{1,14}(\.[0-9]{1,30})?", fullmatch=True),
    name=NAMES,
    amount=st.from_regex(r"[1-9][0-9]{0,5}(\.[0-9]{1,20})?", fullmatch=True),
    batch=st.none() | st.tuples(NAMES, st.sampled_from(["1", "1.000", "40", "1.000000000000000001"]), st.just("piece")),
    serials=st.lists(NAMES, max_size=3, unique=True),
)
def test_the_copy_reads_back_to_the_same_figures(
    total: str, name: str, amount: str, batch: Any, serials: list[str]
) -> None:
    """Either exactly, or with all digits among what is lost; and the form's own profile takes it."""
    chain = Chain()
    record = footprint("thing", total, amount=amount)
    lot = {"batch": batch, "serials": serials} if batch else {}
    made = product(chain, name, document=record, subject="urn:example:thing", **lot)
    found = copied(made, chain)
    raw = json.dumps(found.document, ensure_ascii=False).encode()
    assert strict.parse(raw) == found.document
    profile = lookup("untp/dpp-0.7")
    read = profile.footprint(found.document)
    assert read is not None
    assert read.product == name
    by_id = {one.id: one for one in read.metrics}
    figure, printed = by_id[TOTAL].figure.value, read_decimal(total)
    assert printed is not None
    assert by_id[TOTAL].unit_word == "KGM"
    if figure != printed.value:
        assert figure == Fraction(repr(float(printed.value)))
        assert any(line.startswith("digits of carbon footprint, excluding") for line in found.lost)
    subject = found.document["credentialSubject"]
    assert (subject["idGranularity"] == "item") == bool(batch and len(serials) == 1 and Fraction(batch[1]) == 1)
