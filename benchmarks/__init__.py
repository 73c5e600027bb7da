"""Speed, as ratios within one run: the same work drifts by a factor of two between runs, ratios taken side by side do not."""
