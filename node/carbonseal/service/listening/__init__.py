"""What stands before the routes of a listener: TLS, and the gate that asks for tokens. Private."""
