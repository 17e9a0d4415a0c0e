"""From candidates to an order: one way of re-ranking a file, each registered under its name."""
