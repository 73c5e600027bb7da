"""Signing keys by URI, and addresses of endpoints without the access keys in them.

Public through `carbonseal.api`: what a signer scheme of an installed package is written against (`signers`). Everything else here
is private.
"""
