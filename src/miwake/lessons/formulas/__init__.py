"""The lectures' formulas from first principles: NumPy only, a few lines each, written to be read.

Arrays are float64; x is what goes in, w and h are what is learnt, and a function `f_gradient` takes the gradient that
arrives at what `f` gave (`above`) and returns the gradients of what `f` was given, in the same order.
"""
