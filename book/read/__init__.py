"""What is written: contents and settings, sources, labels, committed notebooks and the records in them."""
