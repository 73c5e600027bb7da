"""Soundness: rot, forks and old copies."""
