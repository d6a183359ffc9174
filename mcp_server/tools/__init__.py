"""Tools that span platforms."""
