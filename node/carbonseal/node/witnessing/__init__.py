"""Witnessing: the heads of other operators' logs, cosigned by this node and entered in its logs. Private."""
