"""Makes the towns of this folder known to the folders below it."""
