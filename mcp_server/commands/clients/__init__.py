"""What `sandscope install` knows of the clients, and how it changes their files."""
