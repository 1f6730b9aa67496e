"""What commands share: where the content is, what is published already, how to speak, and how to be told to end."""
