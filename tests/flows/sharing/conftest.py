"""Makes the synthetic town importable from the rooms below this one."""
