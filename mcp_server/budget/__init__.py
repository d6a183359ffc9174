"""How much we may ask: groups of endpoints, their limits, and the slots a request leases."""
