"""Log text from raw bytes to a bounded answer: pure functions on lines, no I/O, no clock."""
