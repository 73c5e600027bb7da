"""A Fabric channel without a network: organisations, configurations, transactions, evidence."""
