"""Pixels → activations by mofu's own small network, alone and fused with Fisher vectors; neither download nor torch."""
