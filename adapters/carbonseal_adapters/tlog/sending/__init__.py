"""Sends anchors to other operators' logs. Needs the extra `node`. Private."""
