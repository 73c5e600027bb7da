"""Where keys are kept, as URIs say it, keys that stay in their token, and addresses that may carry one: what the node and its
adapters share."""
