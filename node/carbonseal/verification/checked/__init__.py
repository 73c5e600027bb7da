"""What is checked once for many passports: heads, anchors, signatures, quorums. Private."""
