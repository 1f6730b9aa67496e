"""Whether a published site agrees with git and with itself, and what others can check without this program."""
