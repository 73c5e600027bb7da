"""An Ethereum-like chain in this process, on py-evm. Private."""
