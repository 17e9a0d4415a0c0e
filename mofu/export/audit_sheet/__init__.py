"""A random sample of images → a page, or a table, on which a person judges them blindly."""
