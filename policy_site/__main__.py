"""``python -m policy_site``."""

import sys

from policy_site.commands import main

sys.exit(main())
