"""A Hyperledger Fabric network in one process: the real wire protocol on loopback, for development and tests.

Never a security boundary: every key of every organisation lies in one directory. It does not reproduce
consensus (loss of a leader, partitions), gossip and discovery, and how fast a real network is: those need native ones.

Private.
"""

import os

os.environ.setdefault("GRPC_VERBOSITY", "ERROR")  # else it logs each connection that is cut, and faults cut many
