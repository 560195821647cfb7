"""One look for the report, the page, the lessons and the terminal: tokens, charts, pictures and words.

Nothing here loads torch.
"""
