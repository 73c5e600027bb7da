"""Identifiers of goods, organisations and declarations, with their check digits (docs/spec.md, section 25).

- GTIN (GS1 General Specifications, section 7.9): 8, 12, 13 or 14 digits, compared as 14. LEI (ISO 17442, check digits of ISO/IEC
  7064 MOD 97-10). MRN (UCC delegated act, annex B). EORI. The id of an entry in a registry of passports: an https address.
- `parse_` functions return the form in which two are compared. They raise Refused: `goods.malformed`, `goods.check-digit`.
- An MRN's check digit is told (`mrn_check_digit`) and never required: guides and training systems print MRNs that lack it.
"""

from __future__ import annotations

import re

from carbonseal.findings import Refused

from . import codes

GTIN, LEI, MRN, EORI = "a GTIN", "an LEI", "an MRN", "an EORI number"
REGISTRATION = "a registration id"
FALLBACK = "F"  # an MRN of the fallback procedure has it in the place of a check digit
_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_LEI = re.compile("[A-Z0-9]{18}[0-9]{2}")
_MRN = re.compile("[0-9]{2}[A-Z]{2}[A-Z0-9]{13}[0-9F]")
_EORI = re.compile("[A-Z]{2}[A-Z0-9]{1,15}")
_HTTPS = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[1-9][0-9]{0,4})?/[!-~]{1,999}")


def parse_gtin(text: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits, as 14. Raises Refused."""
    if not _GTIN.fullmatch(text):
        raise malformed(text, GTIN, "expected 8, 12, 13 or 14 digits")
    expected = str(-sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(text[:-1]))) % 10)
    _check(text, GTIN, text[-1], expected)
    return text.zfill(14)


def parse_lei(text: str) -> str:
    """A legal entity identifier. Raises Refused."""
    if not _LEI.fullmatch(text):
        raise malformed(text, LEI, "expected 18 letters A-Z or digits, and 2 digits")
    rest = int("".join(str(int(letter, 36)) for letter in text[:-2] + "00")) % 97
    _check(text, LEI, text[-2:], f"{98 - rest:02}")
    return text


def parse_mrn(text: str) -> str:
    """A movement reference number: year, country, 13 letters or digits, check digit. The check digit is not looked at. Raises
    Refused."""
    if not _MRN.fullmatch(text):
        raise malformed(text, MRN, "expected 2 digits, 2 letters, 13 letters A-Z or digits, and a digit or F")
    return text


def mrn_check_digit(mrn: str) -> str:
    """The check digit that an MRN (18 characters) should have, by ISO 6346: letters are 10, 12, 13 ... without multiples of 11,
    weights 1, 2, 4 ..., modulo 11, modulo 10."""
    values = [number for number in range(10, 39) if number % 11]
    summed = sum(
        (int(letter) if letter.isdigit() else values[ord(letter) - ord("A")]) << at
        for at, letter in enumerate(mrn[:17])
    )
    return str(summed % 11 % 10)


def has_check_digit(mrn: str) -> bool:
    """Whether an MRN (18 characters) ends in its check digit, or is of the fallback procedure."""
    return mrn[-1] in {FALLBACK, mrn_check_digit(mrn)}


def parse_eori(text: str) -> str:
    """An EORI number: two letters and up to 15 more letters or digits. Raises Refused."""
    if not _EORI.fullmatch(text):
        raise malformed(text, EORI, "expected 2 letters, and 1 to 15 letters A-Z or digits")
    return text


def parse_registration_id(text: str) -> str:
    """The id of an entry in a registry of passports. It is opaque: two are the same where all characters are. Raises Refused."""
    if not _HTTPS.fullmatch(text):
        raise malformed(text, REGISTRATION, "expected https://, a host in lower case, and a path without spaces")
    return text


def malformed(text: str, kind: str, problem: str) -> Refused:
    """That `text` is not of a form."""
    return Refused(codes.GOODS_MALFORMED(value=text or "an empty text", kind=kind, problem=problem))


def _check(text: str, kind: str, found: str, expected: str) -> None:
    if found != expected:
        raise Refused(codes.GOODS_CHECK_DIGIT(value=text, kind=kind, found=found, expected=expected))
