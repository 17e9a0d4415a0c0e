"""Pixels → activations of networks that torchvision publishes, read at one layer."""
