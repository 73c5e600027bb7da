"""Tests of records on their way from bytes to what is stored."""
