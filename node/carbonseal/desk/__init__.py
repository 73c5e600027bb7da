"""What a person reads about a verdict: a page from report, passport and policy, for a file and for a browser. Private."""
