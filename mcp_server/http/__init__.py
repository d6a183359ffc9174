"""How we talk to a platform: one client per origin over a stack of one-method layers.

The only folder that imports the HTTP library, `httpx2`.
"""
