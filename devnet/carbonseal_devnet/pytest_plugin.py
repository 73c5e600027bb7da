"""Fixtures for anyone's tests: local ledgers that start when a test asks for one. Imports nothing heavy before that."""

from __future__ import annotations
