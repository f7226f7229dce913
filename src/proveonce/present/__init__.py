"""One view model → PDF, XLSX and JSON. Present receives a finished view and judges nothing."""
