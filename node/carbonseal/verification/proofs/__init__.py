"""Fraud proofs of lots, and the reader of fraud proofs of every kind (docs/spec.md, section 23). Private."""
