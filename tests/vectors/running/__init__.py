"""Runners of vectors, by what they are about."""
