"""Transparency log: entries, Merkle tree, tiles, notes, checkpoints, proofs. Pure: storage is passed in. Private."""
