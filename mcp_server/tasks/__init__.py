"""The Tasks extension: a call that would wait answers with a task, which the client asks about whenever it likes."""
