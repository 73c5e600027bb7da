"""Outcomes of checks: rules, and the phrases in their findings."""
