"""Sends anchors to Ethereum-like chains. Needs the extra `ethereum`. Private."""
