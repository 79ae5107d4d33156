"""What judges the chapters of the demo."""
