"""The studio on the web: HTTP API and pages."""
