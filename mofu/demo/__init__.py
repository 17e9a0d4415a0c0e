"""A small web of its own: seeds → procedural pictures of words → a search service on loopback, without a network."""
