"""`carbonseal demo`: a record from submission to offline verification in under a minute, on local ledgers. Private."""

from carbonseal_devnet.demo.command import command

__all__ = ["command"]
