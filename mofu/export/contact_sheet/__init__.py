"""A ranking → sheets that show the search's order beside the final one: a page of its own, or one picture."""
