"""The stylist `adain`: restyled maps, decoded."""
