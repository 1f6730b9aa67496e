"""Ways to reach people, one file each. Add yours to ``open_channel``."""
