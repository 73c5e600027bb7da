"""Outgoing connections: where they may lead."""
