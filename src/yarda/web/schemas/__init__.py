"""The contract's JSON, by what it is about."""
