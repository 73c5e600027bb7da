"""What is brought from outside, before anybody reads it. Private."""
