"""Tables and visits, in and out: CSV, XLSX and JSON."""
