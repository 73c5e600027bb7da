"""What is seen of a running node: metrics for Prometheus, and the page that a person looks at. Private."""
