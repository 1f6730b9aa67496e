"""What a text itself says: numbers, periods, parties, negations. One source for redlines, rules, review and release."""
