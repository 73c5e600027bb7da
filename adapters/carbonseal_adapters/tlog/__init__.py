"""Anchors in other operators' C2SP logs. Private."""
