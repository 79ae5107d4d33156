"""Whether what is written, run and shown is as it must be."""
