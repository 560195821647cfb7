"""A lesson as one HTML file: still figures for all, and a script that makes them move."""
