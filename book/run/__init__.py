"""From a source to an executed notebook, and whether that is needed."""
