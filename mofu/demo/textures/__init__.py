"""One file a word: a frame → a scene that shows the word."""
