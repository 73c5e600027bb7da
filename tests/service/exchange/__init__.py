"""The PACT 3 host, over TLS, with partners that are called back."""
