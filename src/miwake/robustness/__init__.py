"""How easily a model is fooled: attacks, corruptions, shape or texture; and training that makes it harder.

An attack is one file in `attacks/` with one function `attack`; its name is its registration.
"""
