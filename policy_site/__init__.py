"""policy-site: a company's policies, published from git."""

__version__ = "0.1.0"
