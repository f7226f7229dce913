"""Live AWS → evidence: plan, call, page, retry, and say what was not read. Only this layer calls AWS."""
