"""Statements and accreditations, as they are verified."""
