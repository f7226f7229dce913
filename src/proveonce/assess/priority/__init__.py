"""The order of work (docs/adr/0008): what a proof pays, the smallest covering set, what a fix moves.

Pure functions of content, results, workspace and as-of. Missing data widens a printed interval or adds
a printed doubt; it never raises a score.
"""
