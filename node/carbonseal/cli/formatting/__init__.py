"""What commands print. Private."""
