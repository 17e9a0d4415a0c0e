"""Numbers → SVG for pages, with a title and a description; tones come from the style sheet by classes."""
