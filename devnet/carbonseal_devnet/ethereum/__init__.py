"""An Ethereum-like chain with an AnchorRegistry: on py-evm in this process, on anvil, or on geth. Private."""
