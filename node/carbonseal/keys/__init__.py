"""Signing keys by URI, and addresses of endpoints without the access keys in them.

Private but for what signer schemes are written against, which `carbonseal.api` gives.
"""
