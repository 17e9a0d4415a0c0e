"""The stylist `fast`: one network, driven by conditions."""
