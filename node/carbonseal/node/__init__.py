"""The node: its settings, its secrets, and the object that joins sealing, anchoring and issuance. Private."""
