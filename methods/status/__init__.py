"""What runs at the moment, how far it is, and what became of what ran before."""
