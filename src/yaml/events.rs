//! YAML events with byte spans; the only user of granit-parser.
