"""`carbonseal demo`: who makes, who vouches, who cheats and what customs finds, in under a minute on local ledgers. Private."""

from carbonseal_devnet.demo.command import command

__all__ = ["command"]
