"""Pictures → the objects on them, by networks that others taught with masks of everyday things. Optional."""
