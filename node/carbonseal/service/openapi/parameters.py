"""Parameters that several routes have."""

from __future__ import annotations

from carbonseal.passport.schemas import DIGEST
from carbonseal.service.openapi.schemas import NUMBER, STRING

from .facts import Parameter

COMMITMENT = Parameter("commitment", DIGEST, "The commitment of a record, from its receipt")
CREDENTIAL = Parameter("digest", DIGEST, "SHA-256 of the signed credential: what carriers and components cite")
LOG = Parameter("log", STRING, "The name of a log of this node")
LOG_ID = Parameter("log_id", DIGEST, "The id of another log: SHA-256 of its origin")
INDEX = Parameter("index", NUMBER, "The index of an entry")
SIZE = Parameter("size", NUMBER, "The number of entries under a head")
