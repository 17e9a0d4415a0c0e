"""Stages: what runs, in which order, over ids; each reads what the one before stored and stores its own result."""
