"""Operations: JSON in, JSON out, for a node that is open here and one that is served. Private."""
