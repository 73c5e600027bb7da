"""The log: entries, the Merkle tree over them, its tiles, signed heads and proofs. Pure: storage is passed in."""
