"""Where keys are kept, as URIs say it, and keys that stay in their token: what the node and its adapters share."""
