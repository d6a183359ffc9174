"""The tools of AgentBox, one file each."""
