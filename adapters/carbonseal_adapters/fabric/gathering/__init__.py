"""Pins a channel's configuration block, on the base install. Private."""
