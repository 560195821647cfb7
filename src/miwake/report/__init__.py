"""`report.html`: one file that says what a model is, how good it is, and how to use it."""
