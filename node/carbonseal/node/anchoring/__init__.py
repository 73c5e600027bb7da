"""Anchoring: a worker for each ledger, the outbox, and the connections to ledgers. Private."""
