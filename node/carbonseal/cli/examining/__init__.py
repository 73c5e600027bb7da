"""One run of `carbonseal verify`: what it prints, and the page that it writes. Private."""
