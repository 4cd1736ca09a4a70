"""The pinned environments: what is chosen, the locks, and the scripts that remake them."""
