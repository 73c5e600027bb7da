"""Speed, as ratios within one run: between runs times vary by a factor of two, and ratios measured side by side do not."""
