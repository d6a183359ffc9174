"""The tools of OpenSandbox, one file each."""
