"""carbonseal's own profile of activity data. Private."""
