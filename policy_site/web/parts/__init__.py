"""What several pages show: finished values, and how they are made."""
