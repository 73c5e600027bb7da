"""Networks for development on one machine: a chain, a Fabric network and a log. Never a security boundary.

Private but for the command `carbonseal-devnet` and the pytest fixtures (docs/developers.md).
"""
