"""Images → activations: backbones, Fisher vectors, and the files that keep vectors."""
