"""The built-in ledgers: Ethereum-like chains, Hyperledger Fabric and C2SP logs. Private."""
