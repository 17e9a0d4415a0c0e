"""A classifier and pixels → a map of each word: where in the picture it is, by one of several methods."""
