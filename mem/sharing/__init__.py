"""Memory as other programs may see it: within a scope, bounded, cleaned, and marked as quotes."""
