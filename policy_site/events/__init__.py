"""What happened, and what was known at an instant. Nothing is imported here: the notifier has two of these modules."""
