"""`carbonseal demo`: the whole way of a record in under a minute, on ledgers of this machine. Private."""

from carbonseal_devnet.demo.command import command

__all__ = ["command"]
