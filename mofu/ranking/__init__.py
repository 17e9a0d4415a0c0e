"""From activations to an order: near-duplicates grouped, images re-ranked by iterated linear SVMs."""
