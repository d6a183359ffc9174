"""The tools of Codegen, one file each."""
