"""Connections that others make this node open: webhooks, call-backs to partners; and where they may lead. Private."""
