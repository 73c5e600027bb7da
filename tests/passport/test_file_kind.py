"""What is not a passport is named as what it is, and accuses nobody; what claims to be one and cannot be read is malformed."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonseal.findings import Finding, Outcome, Refused
from carbonseal.passport.codes import PASSPORT_OTHER_FILE
from carbonseal.passport.passports import parse
from tests.records.documents import footprint
from tests.world import World, key

CLAIM = '{"carbonseal":"passport/1"}'
CHECKPOINT = World().log.head(1)


def refused(raw: bytes) -> Finding:
    with pytest.raises(Refused) as caught:
        parse(raw)
    return caught.value.finding


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.json", CLAIM)
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.json"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "an empty file"),
        (b" \n", "an empty file"),
        (zipped(), "a ZIP archive"),
        (gzip.compress(b"{}", mtime=0), "a gzip file"),
        (tarred(), "a tar archive"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (CLAIM.encode("utf-16"), "text in UTF-16"),
        (CLAIM.encode("utf-16-le"), "text in UTF-16"),
        (CLAIM.encode("utf-16-be"), "text in UTF-16"),
        (CLAIM.encode("utf-32"), "text in UTF-32"),
        (CLAIM.encode("utf-8-sig"), "text that begins with a byte order mark"),
        (bytes(range(256)), "binary data"),
        ("Türleser".encode("latin-1"), "binary data, or text that is not in UTF-8"),
        (b"<!DOCTYPE html><p>not found", "HTML or XML"),
        (b"Please find enclosed", "text"),
        (b"carbonseal-policy v1\nrequire status\n", "a policy file"),
        (b"carbonseal-policy v1\r\nrequire status\r\n", "a policy file"),
        (CHECKPOINT, "a checkpoint of a log"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n", "a tlog-proof"),
        (b"-----BEGIN PRIVATE KEY-----\n", "a private key"),
        (b"-----BEGIN CERTIFICATE-----\n", "a key or certificate (PEM)"),
        (b"log.example/1+0a74b8c4+Abm7SY/GyK+K4i4P1ehGrMHsDEcByEgiMwby30kDfeR+\n", "a verifier key"),
        (b'{"carbonseal":"trust/1","items":[]}', "a trust file"),
        (b'{"carbonseal":"fraud-proof/1"}', "a fraud proof"),
        (b'{"carbonseal":"observations/1"}\n', "observations of logs"),
        (
            b'{"carbonseal":"observations/1"}\n{"place":[],"shows":"","source":{}}\n',
            "lines of JSON, the first of which is observations of logs",
        ),
        (b'{"commitment":"","salt":"","acknowledged":"","profile":""}', "a receipt"),
        (b'{"issuer":"a","subject":"b:c","records":[]}', "an issue request"),
        (b'{"@context":[],"credentialSubject":{}}', "a credential without its passport"),
        (b'{"verdict":"verified","findings":[]}', "a report of carbonseal verify"),
        (json.dumps(footprint()).encode(), "a record: PACT 3.0"),
        (b'{"kilograms":"12.50"}', "a record, or another document in JSON"),
        (b"[]", "a list"),
        (b"17", "a single value"),
        (b'{"a":1,"a":2}', "text like JSON that cannot be read"),
        (b'{"kilograms": "12', "text like JSON that cannot be read"),
        (b'{"carbonseal":17}', "a record, or another document in JSON"),
        (CLAIM.encode().replace(b":", b":\xff"), "text in another encoding than UTF-8"),
    ],
)
def test_other_files_are_named(raw: bytes, what: str) -> None:
    finding = refused(raw)
    assert finding.code is PASSPORT_OTHER_FILE
    assert finding.message.startswith(f"not a passport: this is {what}")
    assert finding.remedy


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (CLAIM[:-1].encode(), "json.truncated"),
        (CLAIM.encode() + b"}", "json.trailing"),
        (b'{"carbonseal":"passport/1","carbonseal":"trust/1"}', "json.duplicate-key"),
        (CLAIM.encode(), "passport.malformed"),
    ],
)
def test_what_claims_to_be_a_passport_and_is_malformed_is_rejected(raw: bytes, code: str) -> None:
    finding = refused(raw)
    assert (finding.code.name, finding.code.outcome) == (code, Outcome.REJECTED)
    assert "check that it is the right file" in finding.remedy


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"[" * 100 + b"]" * 100, "json.too-deep"), (b"[" + b"0," * (1 << 20) + b"0]", "json.too-many-values")],
)
def test_over_a_limit_nothing_is_said_about_its_kind(raw: bytes, code: str) -> None:
    assert refused(raw).code.name == code


@given(st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_any_bytes_without_the_claim_accuse_nobody(raw: bytes) -> None:
    if b'"passport/' not in raw:
        assert refused(raw).code.outcome is Outcome.UNDETERMINED


def test_a_private_key_is_not_repeated() -> None:
    text = f"PRIVATE+KEY+log.example+0a74b8c4+{key('log').private_bytes_raw().hex()}"
    assert refused(text.encode()).message == "not a passport: this is a private key of a log"
