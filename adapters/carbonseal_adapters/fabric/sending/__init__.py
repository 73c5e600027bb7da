"""Sends anchors to Fabric channels. Needs the extra `fabric`. Private."""
