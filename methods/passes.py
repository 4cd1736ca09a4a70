"""How many images pass a network together where nothing is learned; here without torch."""

# The last bits of a result may depend on it.
TOGETHER = 8
