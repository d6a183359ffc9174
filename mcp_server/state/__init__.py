"""What several processes share: small cells changed one at a time, and larger blobs, on disk, in Redis or in memory."""
