"""Profiles of UN/CEFACT's UNTP digital product passport, one module a version. Private."""
