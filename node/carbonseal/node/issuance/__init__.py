"""Issuance: credentials, status lists and the passports made from them. Private."""
