"""What we already know: captured logs by handle, and what was started a short while ago."""
