"""Findings of a node's settings and of what it is asked for."""

from __future__ import annotations

from carbonseal.findings import rejected, undetermined

CONFIG_MISSING_FILE = rejected("config.missing-file", "{path} does not exist", "create a node with `carbonseal init`")
CONFIG_NOT_TOML = rejected(
    "config.not-toml",
    "not TOML: {reason}",
    "correct the line; each name stands once in its section; `carbonseal init` writes a sample",
)
CONFIG_UNKNOWN_KEY = rejected("config.unknown-key", "there is no setting {key}", "correct its spelling or remove it")
CONFIG_UNKNOWN_LEDGER_KEY = rejected(
    "config.unknown-ledger-key",
    "a ledger has no setting {key}",
    "correct its spelling, or move it into [ledger.options], which is where the settings of its adapter are",
)
CONFIG_MISSING_KEY = rejected("config.missing-key", "the setting {key} is missing", "add it")
CONFIG_WRONG_VALUE = rejected("config.wrong-value", "{key} must be {expected}", "correct it")
CONFIG_REPEATED_NAME = rejected("config.repeated-name", "the {key} {name} occurs twice", "give each its own")
CONFIG_UNKNOWN_NAME = rejected(
    "config.unknown-name", "{key} names {name}, and there is only: {known}", "correct the name, or add a section for it"
)
CONFIG_FOREIGN_OWN_LOG = rejected(
    "config.foreign-own-log",
    "{origin} is a log of this node",
    "remove the section: no log is its own witness or ledger",
)
CONFIG_FOREIGN_TWO_LOGS = rejected(
    "config.foreign-two-logs",
    "heads of {origin} are to be taken in the logs {one} and {other}",
    "name one log for all keys of an origin: what one log took, the other would not know",
)
CONFIG_KEY_TWO_ROLES = rejected(
    "config.key-two-roles", "{one} and {other} have the same key", "give each its own: a key has one role"
)
CONFIG_LOG_MISSING = rejected(
    "config.log-missing",
    "{path} holds a log that node.toml does not list",
    "list it again: a log that is finished costs nothing, and its records and anchors are still asked for",
)
CONFIG_EXISTS = rejected(
    "config.exists", "{path} is there already", "choose another directory: a log is never created twice"
)
CONFIG_NO_ADAPTER = rejected(
    "config.no-adapter",
    "no ledger adapter is installed for the URI scheme {scheme}",
    "correct the URI, or install the package that brings the adapter",
)
CONFIG_ADAPTER_SHAPE = undetermined(
    "config.adapter-shape",
    "what the adapter of {scheme} connects to is not a ledger: {problem}",
    "ask the authors of the adapter",
)
CONFIG_WRONG_LEDGER = rejected(
    "config.wrong-ledger",
    "{uri} is {found}, and node.toml says {expected}",
    "correct the uri, or the name and publisher in node.toml; what genesis names cannot change",
)
CONFIG_NOT_IN_GENESIS = rejected(
    "config.not-in-genesis",
    "the log's genesis does not name {publisher} on {ledger}",
    "a log's ledgers are fixed with its first entry: leave this one out of ledgers = [...] in its [[log]] section, and for the new "
    "ledger begin another log (carbonseal log add)",
)
CONFIG_OTHER_GENESIS = rejected(
    "config.other-genesis", "the log began as {found}, and node.toml says {expected}", "restore origin in node.toml"
)

BACKUP_EXISTS = rejected("backup.exists", "{path} exists already", "name a new folder for the backup")
BACKUP_NONE = undetermined(
    "backup.none",
    "{path} is not a whole backup: it has no backup.json of version 1",
    "name a folder that `carbonseal backup` made to its end",
)
BACKUP_DAMAGED = undetermined(
    "backup.damaged", "{path} is not what the backup was made with", "take another backup; nothing was restored"
)
BACKUP_NOT_EMPTY = rejected(
    "backup.not-empty",
    "{path} is there already, and a backup is restored into a new directory",
    "name a directory that is new, or has keys/ and guard/ alone",
)
NODE_LOCKED = undetermined(
    "node.locked",
    "{process} has this node open",
    "wait until it has ended, or stop it; where `carbonseal serve` runs, many commands work at a time",
)
NODE_SERVED = undetermined(
    "node.served", "{process} serves this node at {address}", "stop it first: this needs the directory for itself"
)
NODE_UNKNOWN_TENANT = rejected("node.unknown-tenant", "there is no tenant {tenant} here", "name one of: {known}")
NODE_UNKNOWN_LOG = rejected("node.unknown-log", "there is no log {log} here", "name one of: {known}")
NODE_UNKNOWN_COMMITMENT = undetermined(
    "node.unknown-commitment", "no record here has the commitment {commitment}", "ask the node that gave the receipt"
)
