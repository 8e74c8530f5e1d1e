PARTS = ["web", "cache"]
