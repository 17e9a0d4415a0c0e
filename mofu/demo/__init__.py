"""A small web of its own: seeds → procedural pictures of words → a search service on loopback, with no network at all."""
