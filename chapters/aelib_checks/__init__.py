"""What judges a chapter: the register of its claims (chNN.toml) and the checkers of its exercises (chNN.py)."""
