"""The lectures step by step: formulas from first principles, and pages that one can touch.

`formulas/` is NumPy only; `course/` has one lesson a file; `page/` lays a lesson out as one HTML file.
"""
