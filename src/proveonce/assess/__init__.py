"""Evidence → verdicts: a pure function of evidence digests, content digest and as-of. Never reads an account."""
