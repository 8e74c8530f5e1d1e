class DatabaseProvisioner:
    """Mine."""
