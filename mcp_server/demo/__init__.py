"""The demo: one coherent story of failed sandboxes and agent runs, told by the three stand-ins."""
