"""Use cases around accounts and credits."""
