"""What tests stand on: builders of repositories and feeds, readers of what was published, and real services."""
